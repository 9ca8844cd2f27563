"""Chunks of items through worker processes, in order, with a bounded number on the way.

Invariants: outcomes come in the order of their items whatever the number of workers; a chunk that kills its worker is
taken apart until the one item that did it is found, named, and passed over.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from typing import TYPE_CHECKING

from aiev.seeds.sources.items import BlobItem, FileItem, SourceText
from aiev.seeds.worker import Outcome, Worker, begin, work
from aiev.tables.row import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

    from aiev.seeds.settings import Plan
    from aiev.seeds.sources.items import Item

Chunk = list["Item"]
_CHUNK_ITEMS, _CHUNK_CHARS = 96, 1_000_000
_ON_THE_WAY = 3
"""Chunks that wait or are worked on, for each worker."""
_INLINE_CHUNKS = 2
"""So much work is done before another process would have started."""
_FILE_CHARS = 12_000
"""What a file counts for; its size is not asked for here."""


def outcomes(items: Iterable[Item], plan: Plan) -> Iterator[Outcome]:
    """What comes of all items, chunk by chunk."""
    pieces = chunks(items)
    workers = plan.workers or len(os.sched_getaffinity(0))
    first = list(islice(pieces, _INLINE_CHUNKS + 1))
    if workers == 1 or len(first) <= _INLINE_CHUNKS:
        worker = Worker(plan)
        for chunk in chain(first, pieces):
            yield worker.work(chunk)
        return
    yield from _through_pool(chain(first, pieces), plan, workers)


def chunks(items: Iterable[Item]) -> Iterator[Chunk]:
    """Items in chunks of about the same work."""
    chunk, weight = Chunk(), 0
    for item in items:
        chunk.append(item)
        weight += _weight(item)
        if len(chunk) >= _CHUNK_ITEMS or weight >= _CHUNK_CHARS:
            yield chunk
            chunk, weight = Chunk(), 0
    if chunk:
        yield chunk


def _weight(item: Item) -> int:
    match item:
        case SourceText():
            return len(item.text)
        case BlobItem():
            return item.size
        case FileItem():
            return _FILE_CHARS
        case Skipped():
            return 0


def _through_pool(pieces: Iterator[Chunk], plan: Plan, workers: int) -> Iterator[Outcome]:
    waiting = deque[tuple[Chunk, "Future[Outcome]"]]()
    pool = _pool(plan, workers)
    try:
        while True:
            for chunk in islice(pieces, workers * _ON_THE_WAY - len(waiting)):
                waiting.append((chunk, pool.submit(work, chunk)))
            if not waiting:
                return
            try:
                outcome = waiting[0][1].result()
            except BrokenProcessPool:
                pool.shutdown(wait=False, cancel_futures=True)
                lost = [chunk for chunk, _ in waiting]
                waiting.clear()
                for chunk in lost:
                    yield from _carefully(chunk, plan)
                pool = _pool(plan, workers)
                continue
            waiting.popleft()
            yield outcome
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _carefully(chunk: Chunk, plan: Plan) -> Iterator[Outcome]:
    """Work on a chunk that may kill its worker, halving it until only the item that does is lost."""
    with _pool(plan, 1) as pool:
        try:
            yield pool.submit(work, chunk).result()
        except BrokenProcessPool:
            if len(chunk) > 1:
                middle = len(chunk) // 2
                yield from _carefully(chunk[:middle], plan)
                yield from _carefully(chunk[middle:], plan)
                return
            outcome = Outcome()
            outcome.funnel.skip(Skipped("killed_its_worker", _named(chunk[0]), "out of memory, or a fault in a parser"))
            yield outcome


def _named(item: Item) -> str:
    match item:
        case FileItem() | BlobItem():
            return item.path
        case SourceText():
            return item.origin
        case Skipped():
            return item.where


def _pool(plan: Plan, workers: int) -> ProcessPoolExecutor:
    """Worker processes that were not forked from this one: it may have threads by now."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["aiev.seeds.worker"])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=begin, initargs=(plan,))
