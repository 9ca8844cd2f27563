"""Runs a host-side command with input and an outer deadline, and always reaps it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Completed:
    """A command that has ended, or was killed at the deadline."""

    code: int
    stdout: bytes
    stderr: bytes
    late: bool


async def run(command: Sequence[str], data: bytes, *, seconds: float, **options: Any) -> Completed:
    """Run `command` in its own process group; after `seconds` the whole group is killed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        **options,
    )
    talk = asyncio.ensure_future(process.communicate(data))
    try:
        await asyncio.wait({talk}, timeout=seconds)
        late = not talk.done()
    finally:
        if not talk.done():
            _kill_group(process.pid)
            await asyncio.shield(talk)
    stdout, stderr = talk.result()
    return Completed(process.returncode or 0, stdout, stderr, late)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
