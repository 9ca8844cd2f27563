"""Parquet by pyarrow, written a row group at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiev.dataset.files.sink import Sink
from aiev.dataset.formats.shape import Column
from aiev.extras import extra

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.dataset.formats.shape import Row

GROUP = 1000
"""Rows held before they are written."""


class ParquetSink(Sink):
    """See `Sink`."""

    suffix = ".parquet"

    def __init__(self, folder: Path, split: str, columns: dict[str, Column]) -> None:
        super().__init__(folder, split, columns)
        with extra("export", "a Parquet file"):
            from pyarrow import Table
            from pyarrow.parquet import ParquetWriter
        self._table = Table
        self._schema = arrow_schema(columns)
        self._writer = ParquetWriter(self.partial, self._schema, compression="zstd")
        self._held: list[Row] = []

    def write(self, row: Row) -> None:
        """See `Sink.write`."""
        self._held.append(row)
        self.rows += 1
        if len(self._held) == GROUP:
            self._flush()

    def finish(self) -> None:
        """See `Sink.finish`."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(self._table.from_pylist(self._held, schema=self._schema))
            self._held = []


def arrow_schema(columns: dict[str, Column]) -> Any:
    """The Arrow schema of a shape's columns."""
    import pyarrow as pa

    role = [("role", pa.string()), ("content", pa.string())]
    words = [("from", pa.string()), ("value", pa.string())]
    types = {
        Column.TEXT: pa.string(),
        Column.NUMBER: pa.int64(),
        Column.REAL: pa.float64(),
        Column.FLAG: pa.bool_(),
        Column.TEXTS: pa.list_(pa.string()),
        Column.CHAT: pa.list_(pa.struct(role)),
        Column.FLAGGED_CHAT: pa.list_(pa.struct([*role, ("train", pa.bool_())])),
        Column.WEIGHTED_CHAT: pa.list_(pa.struct([*role, ("weight", pa.int64())])),
        Column.SHAREGPT: pa.list_(pa.struct([*words, ("train", pa.bool_())])),
        Column.SAID: pa.struct(words),
    }
    return pa.schema([(name, types[kind]) for name, kind in columns.items()])
