"""Confines a process just before hostile code runs in it, by resource limits and a filter of system calls.

Invariant: the process cannot remove either. Not covered: memory and CPU time of several processes, see `watch.py`.
"""

from __future__ import annotations

import contextlib
import os
import resource
from typing import Any

from aiev_interpreter.sandbox import seccomp

OPEN_FILES = 256
_KILL_ME_FIRST = "1000"


def confine(limits: dict[str, Any], *, processes: bool) -> None:
    """Set the resource limits and the system call filter of this process and of all that it starts.

    Args:
        limits: the fields of `Limits`.
        processes: whether to set RLIMIT_NPROC. A container has a better limit of its own.
    """
    cpu = max(1, int(limits["cpu_seconds"] + 0.999))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    if limits["data_bytes"]:
        resource.setrlimit(resource.RLIMIT_DATA, (limits["data_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["disk_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if processes:
        resource.setrlimit(resource.RLIMIT_NPROC, (limits["processes"],) * 2)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write(_KILL_ME_FIRST)
    os.umask(0o022)
    seccomp.install(seccomp.FILTER)
