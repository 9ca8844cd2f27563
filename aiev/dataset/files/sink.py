"""What every kind of file does: it takes rows, then appears under its name whole or not at all."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.dataset.formats.shape import Column, Row

PARTIAL = ".partial"


class Sink(ABC):
    """Writes rows of one shape and one split.

    Args:
        folder: where the file will be; it exists.
        split: `train` or `test`; the file's name.
        columns: names and types of the rows' columns.
    """

    suffix: ClassVar[str]

    def __init__(self, folder: Path, split: str, columns: dict[str, Column]) -> None:
        self.target = folder / f"{split}{self.suffix}"
        self.partial = folder / f"{split}{self.suffix}{PARTIAL}"
        self.split = split
        self.columns = columns
        self.rows = 0
        remove(self.partial)

    @abstractmethod
    def write(self, row: Row) -> None:
        """Add a row."""

    @abstractmethod
    def finish(self) -> None:
        """Write everything to the disk, still under the temporary name. May be called twice."""

    def commit(self) -> None:
        """Give the finished file its name."""
        remove(self.target)
        self.partial.rename(self.target)

    def abandon(self) -> None:
        """Leave nothing behind, unless committed. May be called at any time."""
        self.finish()
        remove(self.partial)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
