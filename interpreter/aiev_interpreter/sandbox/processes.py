"""Lists, measures, kills and collects the processes of a sandbox, from its process 1.

Invariant: no call waits for a process that may refuse to end. Not covered: processes outside this PID namespace, which
are invisible.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

PAGE_BYTES = resource.getpagesize()
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
_OOM_FILES = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


def others(spared: Collection[int] = ()) -> list[int]:
    """Processes of this PID namespace, except this one and the spared ones."""
    mine = {os.getpid(), *spared}
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and int(entry) not in mine]


def kill_others(spared: Collection[int] = ()) -> bool:
    """Kill every other process of the sandbox, except the spared ones; returns whether none is left."""
    for attempt in range(200):
        alive = [pid for pid in others(spared) if is_running(pid)]
        if not alive:
            return True
        for pid in alive:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.0005 if attempt < 10 else 0.005)  # noqa: PLR2004 - most end at once
    return False


def is_running(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    fields = stat_fields(pid)
    return bool(fields) and fields[0] not in "ZX"


def stat_fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name; empty when the process has ended."""
    try:
        with open(f"/proc/{pid}/stat", errors="replace") as stat:  # a process can have any bytes for its name
            return stat.read().rpartition(")")[2].split()
    except OSError:
        return []


def measure(spared: Collection[int] = ()) -> tuple[int, float]:
    """Resident bytes and CPU seconds of all processes, except this one and the spared ones."""
    memory, cpu = 0, 0.0
    for pid in others(spared):
        fields = stat_fields(pid)
        if fields:
            cpu += sum(map(int, fields[11:15])) / CLOCK_TICKS
            memory += int(fields[21]) * PAGE_BYTES
    return memory, cpu


def shared_out(at_most: int, spared: Collection[int] = ()) -> int:
    """Bytes of memory with shared pages counted once; `at_most` if the kernel does not report it."""
    total = 0
    for pid in others(spared):
        try:
            with open(f"/proc/{pid}/smaps_rollup") as rollup:
                total += sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended or is ending: its memory is already released
        except OSError:
            if is_running(pid):
                return at_most
    return total


def reap_orphans(spared: Collection[int]) -> None:
    """Collect children that have ended, as process 1 must, except the spared ones, for which another waits."""
    for pid in others(spared):
        fields = stat_fields(pid)
        if fields and fields[0] == "Z" and fields[1] == str(os.getpid()):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def oom_kills() -> int:
    """How many processes of this control group the kernel killed for memory; 0 if it does not report it."""
    for path in _OOM_FILES:
        with contextlib.suppress(OSError, ValueError), open(path) as file:
            return next((int(line.split()[1]) for line in file if line.startswith("oom_kill ")), 0)
    return 0
