"""A Hugging Face dataset on disk, as `datasets.load_from_disk` reads it; a folder for each split.

The fingerprint is the SHA-256 of the rows, where the library would draw a random one, so equal rows give equal folders.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.dataset.files.parquet import GROUP, arrow_schema
from aiev.dataset.files.sink import PARTIAL, Sink
from aiev.extras import extra

if TYPE_CHECKING:
    from aiev.dataset.formats.shape import Column, Row


class HuggingFaceSink(Sink):
    """See `Sink`."""

    suffix = ".hf"

    def __init__(self, folder: Path, split: str, columns: dict[str, Column]) -> None:
        super().__init__(folder, split, columns)
        with extra("export", "a Hugging Face folder"):
            import datasets
            import pyarrow as pa
        self._arrow, self._datasets = pa, datasets
        self._schema = arrow_schema(columns)
        self._scratch = tempfile.TemporaryDirectory(prefix=f"{split}{PARTIAL}-", dir=folder)
        self._path = Path(self._scratch.name) / "rows.arrow"
        self._writer = self._arrow.ipc.new_stream(str(self._path), self._schema)
        self._held: list[Row] = []
        self._finished = False

    def write(self, row: Row) -> None:
        """See `Sink.write`."""
        self._held.append(row)
        self.rows += 1
        if len(self._held) == GROUP:
            self._flush()

    def finish(self) -> None:
        """See `Sink.finish`."""
        if self._finished:
            return
        self._finished = True
        self._flush()
        self._writer.close()
        with self._path.open("rb") as file:
            fingerprint = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        table = self._datasets.table.MemoryMappedTable.from_file(str(self._path))
        dataset = self._datasets.Dataset(table, split=self.split, fingerprint=fingerprint)
        bars = self._datasets.utils.logging
        shown = bars.is_progress_bar_enabled()
        bars.disable_progress_bar()
        try:
            dataset.save_to_disk(str(self.partial))
        finally:
            if shown:
                bars.enable_progress_bar()
            self._scratch.cleanup()

    def _flush(self) -> None:
        if self._held:
            batch = self._arrow.RecordBatch.from_pylist(self._held, schema=self._schema)
            self._writer.write_batch(batch)
            self._held = []
