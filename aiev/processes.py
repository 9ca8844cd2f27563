"""Applies a function to batches in worker processes.

Invariants: results come in the order of the batches; at most `AHEAD` batches a worker are in memory; no process
outlives the call or this process, whatever ends them. Not covered: functions that keep state between batches, since
every worker has its own copy.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from aiev.errors import WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

_Batch = TypeVar("_Batch")
_Result = TypeVar("_Result")
AHEAD = 3
"""Batches a worker that are queued or in work."""
FEW = 2
"""Batches that are done here, because they are finished before a worker has started."""
_task: Callable[[Any], Any] | None = None


def map_batches(
    task: Callable[[_Batch], _Result], batches: Iterable[_Batch], workers: int = 1, *, isolated: bool = False
) -> Iterator[_Result]:
    """Apply a function to each batch.

    Args:
        task: a picklable function or bound method; each worker receives it once.
        batches: read as the workers need them.
        workers: processes; 0 takes one for each core. With 1, or no more than `FEW` batches, none is started.
        isolated: always start processes, so that a batch that kills its process does not kill this one.

    Raises:
        WorkerError: a worker was killed, for want of memory for example.
    """
    waiting, count = iter(batches), workers or len(os.sched_getaffinity(0))
    first = list(islice(waiting, FEW + 1))
    everything = chain(first, waiting)
    if not isolated and (count == 1 or len(first) <= FEW):
        return map(task, everything)
    return _in_workers(task, everything, count)


def _in_workers(task: Callable[[_Batch], _Result], batches: Iterator[_Batch], count: int) -> Iterator[_Result]:
    spawn = multiprocessing.get_context("spawn")  # a fork beside threads may deadlock
    pending = deque["Future[_Result]"]()
    with _saved(task) as path, ProcessPoolExecutor(count, spawn, _start, (path,)) as pool:
        try:
            for batch in batches:
                pending.append(pool.submit(_run, batch))
                if len(pending) >= AHEAD * count:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        except BrokenProcessPool:
            raise WorkerError("a worker process died, perhaps out of memory; try fewer workers") from None
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _saved(task: Callable[[Any], Any]) -> Iterator[str]:
    """A file that holds the function: writing a large one to the pipe of a worker that died at once never returns."""
    with tempfile.NamedTemporaryFile(prefix="aiev-task-") as file:
        pickle.dump(task, file, protocol=pickle.HIGHEST_PROTOCOL)
        file.flush()
        yield file.name


def _start(path: str) -> None:
    """Make this process a worker. Ctrl-C is left to the main process, whose end is this one's too."""
    global _task  # noqa: PLW0603 - one task for the whole life of a worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _task = pickle.loads(Path(path).read_bytes())  # noqa: S301 - written a moment ago by the parent process


def _end_with_parent() -> None:
    """End when the parent is killed; nothing else would tell a worker that waits for a batch."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(batch: Any) -> Any:
    assert _task is not None  # noqa: S101 - `_start` ran first
    return _task(batch)
