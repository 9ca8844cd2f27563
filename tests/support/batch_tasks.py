"""Tasks for worker processes, which import them by name."""

import os
import signal
import time

from aiev.seeds.worker import work


def pid_of(_batch):
    return os.getpid()


def slow_pid_of(_batch):
    time.sleep(0.02)
    return os.getpid()


def work_or_die(plan, chunk):
    """As `aiev.seeds.worker.work`, but an item with the text KILL kills its process."""
    if any(item.text == "KILL" for item in chunk):
        os.kill(os.getpid(), signal.SIGKILL)
    return work(plan, chunk)
