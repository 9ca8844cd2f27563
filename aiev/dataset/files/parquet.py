"""Parquet by pyarrow, written a row group at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiev.dataset.files.sink import Sink, optional
from aiev.dataset.formats.shape import Column

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
        self._arrow = optional("pyarrow", "export")
        parquet = optional("pyarrow.parquet", "export")
        self._schema = arrow_schema(columns)
        self._writer = parquet.ParquetWriter(self.partial, self._schema, compression="zstd")
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
            self._writer.write_table(self._arrow.Table.from_pylist(self._held, schema=self._schema))
            self._held = []


def arrow_schema(columns: dict[str, Column]) -> Any:
    """The Arrow schema of a shape's columns."""
    arrow = optional("pyarrow", "export")
    role = [("role", arrow.string()), ("content", arrow.string())]
    words = [("from", arrow.string()), ("value", arrow.string())]
    types = {
        Column.TEXT: arrow.string(),
        Column.NUMBER: arrow.int64(),
        Column.FLAG: arrow.bool_(),
        Column.TEXTS: arrow.list_(arrow.string()),
        Column.CHAT: arrow.list_(arrow.struct(role)),
        Column.FLAGGED_CHAT: arrow.list_(arrow.struct([*role, ("train", arrow.bool_())])),
        Column.WEIGHTED_CHAT: arrow.list_(arrow.struct([*role, ("weight", arrow.int64())])),
        Column.SHAREGPT: arrow.list_(arrow.struct([*words, ("train", arrow.bool_())])),
    }
    return arrow.schema([(name, types[kind]) for name, kind in columns.items()])
