"""The one writing connection: checked, brought to the newest schema, in WAL mode.

WAL with `synchronous=NORMAL` keeps every commit when the process dies (kill -9 included); after a power cut the last
commits may be gone, though the file stays whole. `full_sync` keeps them too, at one fsync for each group.
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

from aiev.errors import StoreError
from aiev.store.reading.read_only import ReadOnly

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
        connection.execute("select 1 from leases").fetchall()  # opens the log, which cannot be once the file is gone
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(f"cannot write to {path}: {error}; name another file with --db") from None
    except BaseException:
        connection.close()
        raise
    return db


def bring_up(path: Path) -> list[str]:
    """Bring a file to the newest schema, and return the steps that it lacked.

    Raises:
        StoreError: there is no such file, it is no database of ours, cannot be written, or is from a newer aiev.
    """
    with ReadOnly(path) as db:
        missing = db.missing_steps()
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
