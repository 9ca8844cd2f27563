"""Opens files without surprises.

Invariant: nothing here blocks (named pipes, devices) or holds more than the limit.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from aiev.tables.row import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_DRAIN = 1 << 20


def open_regular(path: str | Path) -> BinaryIO | Skipped:
    """A regular file, open for reading; anything else, and a file that cannot be opened, is skipped."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return Skipped("unreadable", str(path), error.strerror or str(error))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return Skipped("not_a_file", str(path), "a pipe, a device or a folder")
    return os.fdopen(descriptor, "rb")


def bounded_lines(stream: BinaryIO, limit: int) -> Iterator[bytes | None]:
    r"""Lines of a stream, split at "\n" alone, with their ends; None in place of one that is longer than `limit`."""
    while line := stream.readline(limit + 1):
        if len(line) <= limit or line.endswith(b"\n"):
            yield line
            continue
        while rest := stream.readline(_DRAIN):
            if rest.endswith(b"\n"):
                break
        yield None
