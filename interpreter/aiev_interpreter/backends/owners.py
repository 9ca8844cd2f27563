"""Labels that say which process owns a sandbox: unique across machines, boots and PID namespaces.

Invariant: a process that cannot be seen from here is never reported as dead.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

_FIELD_OF_START = 19
_DEAD, _SUSPENDED = frozenset("ZXx"), frozenset("Tt")
"""States of a process as the kernel calls them; one that nobody has waited for yet is dead."""


@cache
def _place() -> tuple[str, str]:
    """Ids of this boot and of this PID namespace."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return boot, Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")


def _about(pid: int) -> tuple[str, str]:
    """State of a process, and its start time in ticks since boot; empty when it does not exist."""
    try:
        found = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "", ""
    return ("", "") if found[0] in _DEAD else (found[0], found[_FIELD_OF_START])


def this_process() -> str:
    """The label of this process: boot, namespace, process id, start time."""
    pid = os.getpid()
    return "/".join((*_place(), str(pid), _about(pid)[1]))


def is_visible(label: str) -> bool:
    """Whether the process that a label names would be visible from here if it were alive."""
    boot, _, rest = label.partition("/")
    return (boot, rest.partition("/")[0]) == _place()


def is_dead(label: str) -> bool:
    """Whether the process that a label names would be visible from here but does not exist."""
    if not is_visible(label):
        return False
    pid, started = label.split("/")[2:4]
    return _about(int(pid))[1] != started


def is_suspended(label: str) -> bool:
    """Whether the process that a label names is visible from here and stopped by a signal."""
    return is_visible(label) and not is_dead(label) and _about(int(label.split("/")[2]))[0] in _SUSPENDED
