"""Tasks for worker processes, which import them by name."""

import os
import time


def pid_of(_batch):
    return os.getpid()


def slow_pid_of(_batch):
    time.sleep(0.02)
    return os.getpid()
