import os
import signal
import subprocess
import sys
import time
from itertools import count, islice
from pathlib import Path

import pytest
from support.batch_tasks import pid_of

from aiev.errors import WorkerError
from aiev.processes import AHEAD, map_batches


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_batches(workers):
    batches = ([number] * number for number in range(30))
    assert list(map_batches(len, batches, workers)) == list(range(30))


def test_batches_are_read_as_they_are_needed():
    read = []
    batches = (read.append(number) or [number] for number in count())
    done = map_batches(len, batches, 2)
    assert list(islice(done, 10)) == [1] * 10
    assert len(read) <= 10 + 2 * AHEAD
    done.close()


@pytest.mark.parametrize(("batches", "workers", "options"), [(2, 2, {}), (9, 1, {})])
def test_few_batches_or_one_worker_start_no_process(batches, workers, options):
    assert set(map_batches(pid_of, range(batches), workers, **options)) == {os.getpid()}


def test_isolated_batches_always_run_in_another_process():
    assert os.getpid() not in set(map_batches(pid_of, [1], isolated=True))


def test_no_workers_named_means_one_for_each_core(monkeypatch):
    monkeypatch.setattr("aiev.processes.os.sched_getaffinity", lambda _: {0, 1})
    assert os.getpid() not in set(map_batches(pid_of, range(9), 0))


def test_a_worker_that_dies_is_one_clear_error():
    with pytest.raises(WorkerError, match="a worker process died"):
        list(map_batches(os._exit, [3] * 20, 2))


def test_a_mistake_in_a_worker_is_raised_here():
    with pytest.raises(TypeError):
        list(map_batches(len, [3], 2, isolated=True))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_main_process_that_is_stopped_leaves_no_worker(number):
    main = subprocess.Popen(
        [sys.executable, "-c", _ENDLESS],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with main:
        workers = {int(main.stdout.readline()) for _ in range(40)}
        assert len(workers) == 2
        main.send_signal(number)
        main.wait(60)
    deadline = time.monotonic() + 60
    while any(_alive(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


_ENDLESS = """
from itertools import count
from aiev.processes import map_batches
from support.batch_tasks import slow_pid_of
for pid in map_batches(slow_pid_of, count(), 2):
    print(pid, flush=True)
"""


def _alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
