"""Owners: which process a label names, and whether it is dead."""

import os
import signal
import subprocess
from pathlib import Path

from aiev_interpreter.backends import owners


def test_a_process_that_runs_is_not_dead_and_one_that_cannot_be_seen_is_not_either():
    label = owners.this_process()
    boot, namespace, _, started = label.split("/")
    assert owners.is_visible(label)
    assert not owners.is_dead(label)
    assert owners.is_dead(f"{boot}/{namespace}/{2**22 + 1}/{started}")
    assert owners.is_dead(f"{boot}/{namespace}/{os.getpid()}/0")
    assert not owners.is_dead(f"other/{namespace}/1/1")
    assert not owners.is_dead("")


def test_a_suspended_process_is_told_and_one_that_nobody_waited_for_is_dead():
    boot, namespace, _, _ = owners.this_process().split("/")
    with subprocess.Popen(["sleep", "60"]) as child:
        started = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[19]
        label = f"{boot}/{namespace}/{child.pid}/{started}"
        found = [(owners.is_dead(label), owners.is_suspended(label))]
        for number in (signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL):
            child.send_signal(number)
            options = {signal.SIGSTOP: os.WSTOPPED, signal.SIGCONT: os.WCONTINUED, signal.SIGKILL: os.WEXITED}[number]
            os.waitid(os.P_PID, child.pid, options | os.WNOWAIT)
            found.append((owners.is_dead(label), owners.is_suspended(label)))
    assert found == [(False, False), (False, True), (False, False), (True, False)]
