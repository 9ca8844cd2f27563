"""The new files of a dataset: made in a folder beside the old one, then put in its place.

Invariants: nothing is written through a link; until the new files are whole, the old ones stay, and one step of the
kernel exchanges the two, so that a process which dies leaves either. What in the folder is not of an export is kept.
Not covered: a folder whose parent cannot be written, a mount point, the working folder itself and file systems that
cannot exchange folders; there, files take their places one by one, the manifest last.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import secrets
import shutil
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.dataset.files.sink import PARTIAL, remove
from aiev.dataset.folder import MANIFEST, owned
from aiev.dataset.manifest import MADE_BY
from aiev.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_LEFT_SECONDS = 60
"""A folder of this age that no process holds was left by one that has died."""


@contextmanager
def replacement(out: Path) -> Iterator[Path]:
    """A folder for the new files, which takes the place of `out` when the block ends without an error.

    Raises:
        UsageError: `out` is a link, or nothing can be written there.
    """
    if out.is_symlink():
        raise UsageError(f"{out} is a link to {out.readlink()}; name the folder itself with --out")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        stage = _stage(out)
    except OSError as error:
        raise UsageError(f"cannot write to {out}: {error.strerror}; name another folder with --out") from None
    try:
        with _held(stage):
            yield stage
            _put(stage, out)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _stage(out: Path) -> Path:
    """A new folder beside `out`, with its rights; in it, where there can be none beside it."""
    name = f".{out.name}{PARTIAL}-"
    busy = out.is_dir() and (out.is_mount() or Path.cwd().is_relative_to(out.resolve()))
    for parent in (out,) if busy else (out.parent, out):
        _remove_left(parent, name)
        stage = parent / f"{name}{secrets.token_hex(4)}"
        try:
            stage.mkdir()
        except OSError:
            if parent == out or not out.is_dir():
                raise
        else:
            break
    if out.is_dir():
        found = out.stat()
        stage.chmod(found.st_mode & 0o7777)
        with suppress(OSError):
            os.chown(stage, found.st_uid, found.st_gid)
    return stage


def _remove_left(parent: Path, name: str) -> None:
    """Remove what processes that have died left."""
    for left in parent.glob(f"{name}*"):
        with suppress(OSError), _held(left):
            if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
                shutil.rmtree(left)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder, as long as the process lives; BlockingIOError when another one does."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _put(stage: Path, out: Path) -> None:
    """Give the new files the place of the old ones."""
    if stage.parent != out and not out.exists():
        stage.rename(out)
        return
    if stage.parent != out:
        _keep_others(stage, out)
        if _exchange(stage, out):
            return
    _put_one_by_one(stage, out)


def _keep_others(stage: Path, out: Path) -> None:
    """Give the new folder what in the old one is not of an export: the same files, by hard links."""
    ours = owned(out)
    for folder, folders, names in os.walk(out):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in (*names, *links):
            inside = (Path(folder) / name).relative_to(out)
            target = stage / inside
            if str(inside) in ours or PARTIAL in str(inside) or os.path.lexists(target):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(out / inside, target, follow_symlinks=False)
            except OSError:
                shutil.copy2(out / inside, target, follow_symlinks=False)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where that cannot be done."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    names = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other))
    return rename is not None and rename(*names, _RENAME_EXCHANGE) == 0


def _put_one_by_one(stage: Path, out: Path) -> None:
    """Give each new file its place. An interim manifest marks the folder as ours until the last has its own."""
    older, made = owned(out), {str(path.relative_to(stage)) for path in stage.rglob("*") if not path.is_dir()}
    interim = {"made_by": MADE_BY, "files": {name: {} for name in sorted(older | made)}, "complete": False}
    _put_one(stage, out, MANIFEST, json.dumps(interim))
    for name in sorted(older - made - {MANIFEST}):
        if not _passes_link(out, name):
            remove(out / name)
            with suppress(OSError):
                (out / name).parent.rmdir()
    for name in sorted(made - {MANIFEST}):
        for part in reversed((out / name).parents):
            if part.is_relative_to(out) and part.is_symlink():
                part.unlink()
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        if (out / name).is_dir():
            remove(out / name)
        (stage / name).replace(out / name)
    (stage / MANIFEST).replace(out / MANIFEST)


def _put_one(stage: Path, out: Path, name: str, text: str) -> None:
    part = stage / f"{name}{PARTIAL}"
    part.write_text(text, encoding="utf-8")
    part.replace(out / name)


def _passes_link(out: Path, name: str) -> bool:
    """Whether a path leads out of the folder, by `..` or by a link on its way."""
    return not (out / name).parent.resolve().is_relative_to(out.resolve())
