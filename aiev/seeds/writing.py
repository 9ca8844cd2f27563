"""Writes seeds as JSON lines, Parquet or into a database of aiev, by the ending of the file's name.

Invariants: a file appears under its name only when it is whole; a database is added to, and a seed that is there stays
as it is. At most one batch is held.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.errors import UsageError
from aiev.extras import extra
from aiev.seeds.sources.tables import DATABASES, is_database
from aiev.store.records import SeedRecord
from aiev.store.texts import clean
from aiev.store.writing.store import Store
from aiev.tables.writing import json_line

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDINGS = (".jsonl", ".jsonl.gz", ".parquet", *DATABASES)
_COLUMNS = [field.name for field in fields(SeedRecord)]
Write = Callable[[Sequence[SeedRecord]], None]


@contextmanager
def open_writer(path: Path) -> Iterator[Write]:
    """A function that writes seeds to the file, which is there when the block ends without an error.

    Raises:
        UsageError: the ending is none of ours, or the folder is not there or cannot be written to.
        SetupError: pyarrow is not installed.
        StoreError: the database cannot be opened.
    """
    check_ending(path)
    if not path.parent.is_dir():
        raise UsageError(f"--out {path}: there is no folder {path.parent}")
    if is_database(path):
        with Store.open(path) as store, asyncio.Runner() as runner:
            yield lambda seeds: runner.run(store.add_seeds(seeds))
        return
    part = path.with_name(f".{path.name}.part")
    with ExitStack() as removed:
        with ExitStack() as stack:
            try:
                write = _parquet(part, stack) if path.suffix == ".parquet" else _jsonl(part, stack, path.suffix)
            except OSError as error:
                raise UsageError(f"--out {path}: cannot write there: {error.strerror or error}") from None
            removed.callback(part.unlink, missing_ok=True)
            yield write
        part.replace(path)


def check_ending(path: Path) -> None:
    """Refuse a file whose ending is none of ours.

    Raises:
        UsageError: it is not.
    """
    if not path.name.endswith(ENDINGS):
        raise UsageError(f"--out {path}: the ending says how seeds are written; there are {', '.join(ENDINGS)}")


def _jsonl(path: Path, stack: ExitStack, ending: str) -> Write:
    opened = gzip.open if ending == ".gz" else Path.open
    file = stack.enter_context(opened(path, "wb"))

    def write(seeds: Sequence[SeedRecord]) -> None:
        file.write("".join(json_line(asdict(seed)) for seed in seeds).encode("utf-8", errors="surrogateescape"))

    return write


def _parquet(path: Path, stack: ExitStack) -> Write:
    with extra("seeds", "writing Parquet"):
        import pyarrow as pa
        from pyarrow import parquet as pq
    schema = pa.schema([(name, pa.string()) for name in _COLUMNS])
    table = stack.enter_context(pq.ParquetWriter(path, schema, compression="zstd"))

    def write(seeds: Sequence[SeedRecord]) -> None:
        rows = [
            {name: clean(value) if isinstance(value, str) else value for name, value in asdict(seed).items()}
            for seed in seeds
        ]
        table.write_table(pa.Table.from_pylist(rows, schema=schema))

    return write
