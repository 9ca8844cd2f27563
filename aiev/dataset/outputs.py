"""The files of a dataset: one for each output and split.

Invariant: a file appears under its name when it is whole; one that is not committed leaves nothing behind.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev.dataset.files import SINKS
from aiev.dataset.formats import SHAPES
from aiev.dataset.formats.shape import without
from aiev.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from aiev.dataset.files.sink import Sink
    from aiev.dataset.formats.shape import Shape

SHORT = {"parquet": "messages:parquet", "hf": "messages:hf", "jsonl": "messages:jsonl"}
"""A kind of files alone stands for chat messages in it."""


@dataclass(frozen=True, slots=True)
class Output:
    """A shape of rows in a kind of file."""

    shape: Shape
    kind: str

    @property
    def name(self) -> str:
        """In the words of `--format`."""
        return f"{self.shape.name}:{self.kind}"


@dataclass(frozen=True, slots=True)
class DatasetFile:
    """A file that is being written."""

    shape: Shape
    sink: Sink

    @property
    def name(self) -> str:
        """Its path in the dataset's folder."""
        return f"{self.shape.name}/{self.sink.target.name}"


def parse_output(text: str) -> Output:
    """`messages`, `dpo:parquet`, `hf`: a shape, a kind of file, or both.

    Raises:
        UsageError: no such shape or kind of file.
    """
    name, _, kind = SHORT.get(text, text).partition(":")
    if name not in SHAPES or (kind or "jsonl") not in SINKS:
        raise UsageError(
            f"unknown format {text!r}; choose one of {', '.join(SHAPES)}, with :{', :'.join(SINKS)} for another kind of"
            " file, for example dpo:parquet"
        )
    return Output(SHAPES[name], kind or "jsonl")


def refuse_repeated(outputs: Sequence[Output]) -> None:
    """Pass when each shape is asked for once.

    Raises:
        UsageError: a shape is asked for in two kinds of file.
    """
    repeated = [name for name, count in Counter(output.shape.name for output in outputs).items() if count > 1]
    if repeated:
        raise UsageError(f"format {repeated[0]} is asked for twice; export the second into another folder")


@contextmanager
def open_files(
    out: Path, outputs: Sequence[Output], splits: Sequence[str], *, untold: Collection[str] = ()
) -> Iterator[list[DatasetFile]]:
    """A file for each output and split, without the columns that are untold.

    Raises:
        UsageError: the folder cannot be written.
    """
    with ExitStack() as stack:
        files: list[DatasetFile] = []
        for output in outputs:
            folder = out / output.shape.name
            try:
                stack.callback(_remove_empty, folder, out)
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UsageError(
                    f"cannot write to {folder}: {error.strerror}; name another folder with --out"
                ) from None
            columns = without(output.shape.columns, untold)
            for split in splits:
                sink = SINKS[output.kind](folder, split, columns)
                stack.callback(sink.abandon)
                files.append(DatasetFile(output.shape, sink))
        yield files


def _remove_empty(*folders: Path) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
