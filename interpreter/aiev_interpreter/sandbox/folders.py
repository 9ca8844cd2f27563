"""Empties and measures folders, whatever a program has made of them.

Invariant: neither depth, nor the length of paths and names, nor closed folders, nor the number of entries matters:
folders are reached by descriptors, of which a few are open at a time, and nothing recurses. Not covered: processes
that change a folder meanwhile, which the caller ends first where it matters.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OWN = 0o700


def remove(path: str) -> None:
    """Remove a folder with everything in it."""
    with contextlib.suppress(OSError):
        empty(path)
        os.rmdir(path)


def empty(path: str, seconds: float = math.inf) -> bool:
    """Remove everything in a folder and open the folder to its owner alone; returns whether nothing is left.

    Folders inside are moved to the top and dissolved there, so a chain of any depth comes apart link by link.

    Args:
        path: the folder.
        seconds: when to give up.
    """
    deadline = time.monotonic() + seconds
    with contextlib.suppress(OSError):
        os.chmod(path, _OWN)
    prefix = os.urandom(8).hex()
    names = (f"{prefix}-{number}" for number in itertools.count())
    top = os.open(path, _FOLDER)
    try:
        while time.monotonic() < deadline and _dissolve(top, names, deadline):
            pass
        return not os.listdir(top)
    finally:
        os.close(top)


def _dissolve(top: int, names: Iterator[str], deadline: float) -> int:
    """Clear the folder and each folder in it; returns how many folders have gone, and entries have gone from them."""
    gone = 0
    _clear(top, top, names)
    for name in os.listdir(top):
        if time.monotonic() > deadline:
            break
        with contextlib.suppress(OSError):
            folder = os.open(name, _FOLDER, dir_fd=top)
            try:
                gone += _clear(folder, top, names)
            finally:
                os.close(folder)
            os.rmdir(name, dir_fd=top)
            gone += 1
    return gone


def _clear(folder: int, top: int, names: Iterator[str]) -> int:
    """Remove the files of a folder and move its folders to the top; returns how many entries have gone from it."""
    gone = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.name, dir_fd=folder)
                else:
                    os.chmod(entry.name, _OWN, dir_fd=folder)
                    if folder != top:
                        os.rename(entry.name, next(names), src_dir_fd=folder, dst_dir_fd=top)
                gone += folder != top
    return gone


def size_of(path: str) -> int:
    """Total size of the files in a folder, in bytes. Folders that end or cannot be entered meanwhile count nothing."""
    try:
        here = os.open(path, _FOLDER)
    except OSError:
        return 0
    total, below = _survey(here)
    levels = [below]
    while levels:
        name = levels[-1].pop() if levels[-1] else ".."
        if name == "..":
            levels.pop()
        with contextlib.suppress(OSError):
            there = os.open(name, _FOLDER, dir_fd=here)
            os.close(here)
            here = there
            if name != "..":
                size, below = _survey(here)
                total += size
                levels.append(below)
    os.close(here)
    return total


def _survey(folder: int) -> tuple[int, list[str]]:
    """Bytes of a folder's files, and the names of its folders."""
    total: int = 0
    folders: list[str] = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            else:
                total += entry.stat(follow_symlinks=False).st_size
    return total, folders
