"""A rescue file: everything that is known, in a database of its own, when the open one cannot be written any more.

The committed part is copied from the connection that is still open, by SQLite's backup, so also from a file that was
deleted; what was not committed is written after it. Invariant: a rescue file appears under its name whole or not at
all, and is a database like any other. Where the open file is damaged, only what was not committed can be saved.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.errors import StoreError
from aiev.store.writing import connection
from aiev.store.writing.statements import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aiev.store.writing.statements import Command


def rescue(db: sqlite3.Connection, path: Path, waiting: Callable[[], Sequence[Command]], *, moved: bool) -> str:
    """Write a rescue file beside a database, or else into the folder for temporary files.

    Args:
        db: the connection that is still open, in no transaction.
        path: of the database.
        waiting: returns what was not committed, in order; called once the rest is copied.
        moved: whether the file is only elsewhere, so that what was committed is whole.

    Returns:
        In words, where it is and how to go on, or why there is none.
    """
    why = ""
    for folder in (path.parent, Path(tempfile.gettempdir())):
        target = _free_name(folder, path)
        part = target.with_name(f".{target.name}.part")
        try:
            _copy(db, part, moved=moved)
            _add(part, waiting())
            part.rename(target)
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of the loss itself
            why = why or str(error)
        else:
            if moved:  # or else the log would be played into whatever file comes to the path
                with suppress(sqlite3.Error):
                    db.execute("pragma wal_checkpoint(truncate)").fetchall()
            return f"everything up to then is in {target}, and the same command with --db {target} goes on from there"
        finally:
            _remove(part)
    return f"no rescue file could be written beside it or in {tempfile.gettempdir()}: {why}"


def _free_name(folder: Path, path: Path) -> Path:
    names = (f"{path.stem}.rescue-{os.getpid()}{more}{path.suffix or '.db'}" for more in ("", *_numbers()))
    return next(target for name in names if not os.path.lexists(target := folder / name))


def _numbers() -> Iterable[str]:
    return (f"-{number}" for number in range(2, 10_000))


def _copy(db: sqlite3.Connection, target: Path, *, moved: bool) -> None:
    """Copy what was committed; where that is damaged, begin an empty database."""
    _remove(target)
    if not _is_copied(db, target, moved=moved):
        _remove(target)
        connection.open_database(target).close()


def _is_copied(db: sqlite3.Connection, target: Path, *, moved: bool) -> bool:
    try:
        with closing(sqlite3.connect(target)) as copy:
            db.backup(copy)
            if not moved and copy.execute("pragma quick_check(1)").fetchone() != ("ok",):
                return False
        connection.open_database(target).close()
    except sqlite3.OperationalError:
        raise
    except (sqlite3.DatabaseError, StoreError):
        return False
    return True


def _add(target: Path, waiting: Sequence[Command]) -> None:
    """Add what was not committed; nobody holds a lease on the result."""
    with closing(sqlite3.connect(target)) as copy, copy:
        for command in waiting:
            with suppress(sqlite3.Error):
                run(copy, command)
        copy.execute("delete from leases")


def _remove(part: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            part.with_name(part.name + suffix).unlink()
