"""Who owns a sandbox: one process of one boot of one machine, told apart from every other.

Invariant: of a process that cannot be seen from here, nothing is ever said to be dead.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

_FIELD_OF_START = 19


@cache
def _place() -> tuple[str, str]:
    """This boot, and this namespace of process numbers."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return boot, Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")


def _started(pid: int) -> str:
    """When a process was started, in ticks since the boot; empty when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[_FIELD_OF_START]


def this_process() -> str:
    """The owner's label of this process: boot, namespace, process, start."""
    pid = os.getpid()
    return "/".join((*_place(), str(pid), _started(pid)))


def is_visible(label: str) -> bool:
    """Whether a label names a process that would be seen from here if it lived."""
    boot, _, rest = label.partition("/")
    return (boot, rest.partition("/")[0]) == _place()


def is_dead(label: str) -> bool:
    """Whether a label names a process that would be seen from here, and is not."""
    if not is_visible(label):
        return False
    pid, started = label.split("/")[2:4]
    return _started(int(pid)) != started
