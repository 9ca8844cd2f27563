"""JSON Lines: one object a line, UTF-8, keys in the order of the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.files.sink import Sink
from aiev.tables.writing import json_line

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.dataset.formats.shape import Column, Row


class JsonlSink(Sink):
    """See `Sink`."""

    suffix = ".jsonl"

    def __init__(self, folder: Path, split: str, columns: dict[str, Column]) -> None:
        super().__init__(folder, split, columns)
        self._file = self.partial.open("w", encoding="utf-8", newline="\n")

    def write(self, row: Row) -> None:
        """See `Sink.write`."""
        self._file.write(json_line(row))
        self.rows += 1

    def finish(self) -> None:
        """See `Sink.finish`."""
        self._file.close()
