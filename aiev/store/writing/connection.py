"""The one writing connection: checked, brought to the newest schema, in WAL mode.

WAL with `synchronous=NORMAL` keeps every commit when the process dies (kill -9 included); after a power cut the last
commits may be gone, though the file stays whole. `full_sync` keeps them too, at one fsync for each group.
"""

from __future__ import annotations

import shlex
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiev.errors import StoreError
from aiev.store.schema.version import NOT_LOOKED_AT, steps_missing

if TYPE_CHECKING:
    from pathlib import Path

    from sqlite_utils import Database

BUSY_SECONDS = 60.0
"""How long a write waits for another process that holds the file."""
_WAL_PAUSE_SECONDS = 0.02


def open_database(path: Path, *, full_sync: bool = False) -> Database:
    """A writing connection with the newest schema.

    Raises:
        StoreError: the file cannot be opened or written, is no database, or is from a newer aiev.
    """
    from sqlite_utils import Database

    from aiev.store.schema.migrations import migrate

    if not path.parent.is_dir():
        raise StoreError(f"cannot make {path}: there is no folder {path.parent}")
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    except sqlite3.Error as error:
        raise StoreError(f"cannot open {path}: {error}; name another file with --db") from None
    try:
        db = Database(connection)
        migrate(db, path)
        _enable_wal(db)
        connection.execute("pragma foreign_keys = on")
        connection.execute(f"pragma synchronous = {'full' if full_sync else 'normal'}")
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(f"cannot write to {path}: {error}; name another file with --db") from None
    except BaseException:
        connection.close()
        raise
    return db


def refuse_older(path: Path) -> None:
    """Pass when a file has all that this version reads; what is no database of ours passes too, and its reader says so.

    Only whoever writes to a file brings it to the newest schema: the aiev that made it may be writing to it now, and
    looking at a file should not change it.

    Raises:
        StoreError: the file was written by an older aiev, or by a newer one.
    """
    if not path.is_file():
        return
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as connection:
        try:
            missing = steps_missing(connection, path)
        except sqlite3.Error:
            return
    if wanted := [step for step in missing if step not in NOT_LOOKED_AT]:
        raise StoreError(
            f"{path} was written by an older aiev (without {', '.join(wanted)}); bring it to this one's schema with "
            f"`aiev migrate {shlex.quote(str(path))}`, then look again"
        )


def bring_up(path: Path) -> list[str]:
    """Bring a file to the newest schema, and return the steps that it lacked.

    Raises:
        StoreError: there is no such file, it is no database of ours, cannot be written, or is from a newer aiev.
    """
    if not path.is_file():
        raise StoreError(f"no database {path}; `aiev teach` makes one")
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as connection:
        try:
            missing = steps_missing(connection, path)
        except sqlite3.Error as error:
            raise StoreError(f"{path} is not a database of aiev: {error}; name another file") from None
    if missing:
        open_database(path).close()
    return missing


def _enable_wal(db: Database) -> None:
    """Switch to WAL. SQLite does not wait for others here by itself, so this does."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.enable_wal()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_WAL_PAUSE_SECONDS)
        else:
            return
