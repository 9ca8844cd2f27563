"""Tables that are Parquet files.

Invariant: a batch of rows is held at a time, of the wanted columns alone; a row group too large for memory is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.extras import extra
from aiev.tables.row import Row, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from typing import BinaryIO

_BATCH_ROWS = 256
_MAX_GROUP_BYTES = 1 << 31


def parquet_rows(
    file: BinaryIO, name: str, wanted: Callable[[Sequence[str]], Collection[str]]
) -> Iterator[Row | Skipped]:
    """Rows of a Parquet file.

    Args:
        file: open for reading.
        name: names the file in what is yielded.
        wanted: takes the names of all columns, returns those to read.

    Raises:
        SetupError: pyarrow is not installed.
    """
    with extra("seeds", f"{name}: reading Parquet"):
        import pyarrow as pa
        from pyarrow import parquet as pq
    number = 0
    try:
        table = pq.ParquetFile(file)
        columns = list(wanted(table.schema_arrow.names))
        for group in range(table.num_row_groups):
            about = table.metadata.row_group(group)
            if about.total_byte_size > _MAX_GROUP_BYTES:
                yield Skipped("too_large", f"{name}, row group {group}", f"{about.total_byte_size} bytes")
                number += about.num_rows
                continue
            for batch in table.iter_batches(_BATCH_ROWS, row_groups=[group], columns=columns, use_threads=False):
                for row in batch.to_pylist():
                    number += 1
                    yield Row(f"{name}:{number}", row)
    except (pa.ArrowException, OSError, ValueError) as error:
        yield Skipped("broken_table", name, str(error).partition("\n")[0] or type(error).__name__)
