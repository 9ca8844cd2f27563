"""Reads and writes lines of a sandbox's streams within a deadline.

Invariant: no call waits beyond its deadline, whatever the other side does.
"""

from __future__ import annotations

import os
import select
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 1 << 16


class DeadlineError(Exception):
    """The deadline passed before the other side was ready."""


def wait_for(descriptor: int, event: int, deadline: float) -> None:
    """Wait until a descriptor is ready for `event` (of `select.poll`).

    Raises:
        DeadlineError: it was not ready in time.
    """
    poll = select.poll()
    poll.register(descriptor, event)
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise DeadlineError


def write_all(descriptor: int, data: bytes, deadline: float) -> None:
    """Write everything to a non-blocking descriptor.

    Raises:
        DeadlineError: the other side did not read in time.
        OSError: the other side has closed the stream.
    """
    view = memoryview(data)
    while view:
        wait_for(descriptor, select.POLLOUT, deadline)
        view = view[os.write(descriptor, view[:CHUNK]) :]


class LineReader:
    """Assembles lines from the parts of a stream.

    Args:
        receive: returns the next part, or nothing at the end of the stream, before the deadline that it is given.
    """

    def __init__(self, receive: Callable[[float], bytes]) -> None:
        self._receive = receive
        self._held = bytearray()

    def line(self, deadline: float) -> bytes:
        """The next line; empty when the stream ended before it was complete.

        Raises:
            DeadlineError: it did not arrive in time.
        """
        parts = [bytes(self._held)]
        self._held.clear()
        while b"\n" not in parts[-1]:
            part = self._receive(deadline)
            if not part:
                return b""
            parts.append(part)
        line, _, rest = b"".join(parts).partition(b"\n")
        self._held += rest
        return line
