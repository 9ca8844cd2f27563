"""Works on items in chunks, in worker processes.

Invariants: outcomes come in the order of the items, whatever the number of workers; a chunk that kills its worker is
halved until the one item that does it is found, named and passed over.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from aiev.errors import WorkerError
from aiev.processes import map_batches
from aiev.seeds.snippet import Snippet
from aiev.seeds.sources.items import BlobItem, FileItem, SourceText
from aiev.seeds.worker import Outcome
from aiev.tables.row import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from aiev.seeds.sources.items import Item

_CHUNK_ITEMS, _CHUNK_CHARS = 96, 1_000_000
_FILE_CHARS = 12_000
"""What a file counts for; its size is not known yet."""


def outcomes(items: Iterable[Item], work: Callable[[Sequence[Item]], Outcome], workers: int) -> Iterator[Outcome]:
    """What comes of all items, chunk by chunk.

    Args:
        items: read as they are needed.
        work: picklable.
        workers: see `map_batches`.
    """
    waiting, taken, isolated = chunks(items), deque[list["Item"]](), False

    def noted() -> Iterator[Sequence[Item]]:
        for chunk in waiting:
            taken.append(chunk)
            yield chunk

    while True:
        try:
            for outcome in map_batches(work, noted(), workers, isolated=isolated):
                taken.popleft()
                yield outcome
        except WorkerError:
            isolated = True
            while taken:
                yield from _survived(taken.popleft(), work)
        else:
            return


def _survived(chunk: Sequence[Item], work: Callable[[Sequence[Item]], Outcome]) -> Iterator[Outcome]:
    """The outcomes of a chunk that may kill its worker, without the item that does."""
    try:
        yield from map_batches(work, [chunk], isolated=True)
    except WorkerError:
        if len(chunk) > 1:
            middle = len(chunk) // 2
            yield from _survived(chunk[:middle], work)
            yield from _survived(chunk[middle:], work)
            return
        outcome = Outcome()
        outcome.funnel.skip(Skipped("killed_its_worker", _name(chunk[0]), "out of memory, or a fault in a parser"))
        yield outcome


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Items in chunks of about the same work."""
    chunk, weight = list["Item"](), 0
    for item in items:
        chunk.append(item)
        weight += _weight(item)
        if len(chunk) >= _CHUNK_ITEMS or weight >= _CHUNK_CHARS:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk


def _weight(item: Item) -> int:
    match item:
        case SourceText():
            return len(item.text)
        case Snippet():
            return len(item.content)
        case BlobItem():
            return item.size
        case FileItem():
            return _FILE_CHARS
        case Skipped():
            return 0


def _name(item: Item) -> str:
    match item:
        case FileItem() | BlobItem() | Snippet():
            return item.path
        case SourceText():
            return item.origin
        case Skipped():
            return item.where
