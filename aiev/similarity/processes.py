"""Work on batches in worker processes, the results in the order of the batches.

Invariant: at most three batches a worker are in memory, however many come. With one worker nothing is started and all
is done here. Not covered: functions that remember; each worker has a copy of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import tempfile
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from aiev.errors import AievError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_Batch = TypeVar("_Batch")
_Result = TypeVar("_Result")
AHEAD = 3
"""Batches a worker that wait or are worked on."""
_task: Callable[[Any], Any] | None = None


def cores(workers: int) -> int:
    """How many workers a setting asks for: 0 stands for one for each core that this process may use."""
    return workers or len(os.sched_getaffinity(0))


def mapped(task: Callable[[_Batch], _Result], batches: Iterable[_Batch], workers: int = 1) -> Iterator[_Result]:
    """Apply a function to batches.

    Args:
        task: a function or bound method that can be pickled; each worker gets it once.
        batches: what it is applied to, taken as it is needed.
        workers: processes; 0 takes one for each core.

    Raises:
        AievError: a worker process died.
    """
    if cores(workers) == 1:
        yield from map(task, batches)
        return
    waiting: deque[Future[_Result]] = deque()
    spawn = multiprocessing.get_context("spawn")  # forking beside threads may deadlock
    with _written(task) as path, ProcessPoolExecutor(cores(workers), spawn, _start, (path,)) as pool:
        try:
            for batch in batches:
                waiting.append(pool.submit(_run, batch))
                if len(waiting) >= AHEAD * cores(workers):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise AievError("a worker process died, perhaps for want of memory; try fewer workers") from None
        finally:
            for future in waiting:
                future.cancel()


@contextmanager
def _written(task: Callable[[Any], Any]) -> Iterator[str]:
    """A file with the function: through a pipe, a large one would wait forever for a worker that died as it started."""
    with tempfile.NamedTemporaryFile(prefix="aiev-task-") as file:
        pickle.dump(task, file, protocol=pickle.HIGHEST_PROTOCOL)
        file.flush()
        yield file.name


def _start(path: str) -> None:
    global _task  # noqa: PLW0603 - a worker's own copy, set once when it starts
    _task = pickle.loads(Path(path).read_bytes())  # noqa: S301 - written a moment ago by the process that started this one


def _run(batch: Any) -> Any:
    if _task is None:
        raise AievError("a worker was not started as it should be")
    return _task(batch)
