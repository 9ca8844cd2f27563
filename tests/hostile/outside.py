"""What the host sees: processes by a marker, and the memory of this process."""

import asyncio
import contextlib
import time
from pathlib import Path

from aiev_interpreter import Verdict

ADD = "def add(a, b):\n    return a + b\n"
WRONG = "\ndef add(a, b):\n    return a - b\n"
"""Right for zeros alone."""
TESTS = "assert add(0, 0) == 0\nassert add(2, 3) == 5\n"
"""The first holds for `WRONG`, so that there is an assertion to count; the second does not."""
REFUSED = {Verdict.ERROR, Verdict.NO_TESTS, Verdict.TIMEOUT, Verdict.OOM, Verdict.OUTPUT_LIMIT}
"""How a hostile program may end: never `ok`, and never as a failure of the machine."""


def processes(marker):
    """Processes of this machine, those in sandboxes included, whose command line or name holds `marker`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if marker.encode() in (folder / "cmdline").read_bytes() + (folder / "comm").read_bytes():
                found.append(int(folder.name))
    return found


async def seen(marker, seconds=10.0):
    """Whether a process with `marker` appears."""
    return await _until(lambda: bool(processes(marker)), seconds)


async def gone(marker, seconds=5.0):
    """Whether no process with `marker` is left after a while."""
    return await _until(lambda: not processes(marker), seconds)


async def _until(holds, seconds):
    deadline = time.monotonic() + seconds
    while True:
        if await asyncio.to_thread(holds):
            return True
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.05)


def resident():
    """Bytes of memory of this process."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))
