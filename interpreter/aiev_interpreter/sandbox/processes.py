"""The processes of this sandbox, as its process 1 sees them: counted, measured, killed, collected.

Invariant: nothing here waits for a process that may refuse to end. Not covered: processes outside of this PID
namespace, which cannot be seen.
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
    """Processes of this PID namespace other than this one and those that are spared."""
    mine = {os.getpid(), *spared}
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and int(entry) not in mine]


def kill_others(spared: Collection[int] = ()) -> bool:
    """Kill everything in the sandbox but this process and the spared ones; returns whether nothing is left."""
    for attempt in range(200):
        alive = [pid for pid in others(spared) if is_running(pid)]
        if not alive:
            return True
        for pid in alive:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.0005 if attempt < 10 else 0.005)  # noqa: PLR2004 - most are gone at once
    return False


def is_running(pid: int) -> bool:
    """Whether a process is neither gone nor a zombie."""
    fields = stat_fields(pid)
    return bool(fields) and fields[0] not in "ZX"


def stat_fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name; empty when the process is gone."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()
    except OSError:
        return []


def measure(spared: Collection[int] = ()) -> tuple[int, float]:
    """Bytes resident in, and CPU seconds used by, the living processes other than this and the spared ones."""
    memory, cpu = 0, 0.0
    for pid in others(spared):
        fields = stat_fields(pid)
        if fields:
            cpu += sum(map(int, fields[11:15])) / CLOCK_TICKS
            memory += int(fields[21]) * PAGE_BYTES
    return memory, cpu


def shared_out(at_most: int, spared: Collection[int] = ()) -> int:
    """Bytes of memory with shared pages counted once; `at_most` where the kernel does not tell."""
    total = 0
    for pid in others(spared):
        try:
            with open(f"/proc/{pid}/smaps_rollup") as rollup:
                total += sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended, or is about to: its memory is gone already
        except OSError:
            if is_running(pid):
                return at_most
    return total


def reap_orphans(spared: Collection[int]) -> None:
    """Collect children that have ended, as process 1 must, but leave the spared ones to who waits for them."""
    for pid in others(spared):
        fields = stat_fields(pid)
        if fields and fields[0] == "Z" and fields[1] == str(os.getpid()):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def oom_kills() -> int:
    """How often the kernel killed a process of this control group for its memory; 0 where it does not tell."""
    for path in _OOM_FILES:
        with contextlib.suppress(OSError, ValueError), open(path) as file:
            return next((int(line.split()[1]) for line in file if line.startswith("oom_kill ")), 0)
    return 0
