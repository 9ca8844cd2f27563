"""What must hold whenever a file is written: it is still the file at its path, and the lease is still this process's.

Invariant: checked in the transaction of every commit and once a second in between, so that nothing is written into a
file that nobody will find, or into a run that another process has taken over. Not covered: a file that is written over
in place with one at least as large; SQLite calls it malformed sooner or later.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aiev.store.clock import now

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from aiev.store.records import LeaseRecord

BEAT_SECONDS = 1.0
"""How often the file is looked for and the lease's time written."""
_BEAT = "update leases set beat_at = ? where name = ? and holder = ?"
_HELD = "select 1 from leases where name = ? and holder = ?"
_HOLDER = "select pid, host, since from leases where name = ?"


class MovedError(Exception):
    """The open file is not the one at its path any more."""


class LeaseLostError(Exception):
    """Another process has taken the lease over."""


class Guard:
    """Watches over one open file. For one thread."""

    def __init__(self, path: Path) -> None:
        """Remember the file at the path, which has just been opened."""
        self._path = path
        found = path.stat()
        self._file, self._size = (found.st_dev, found.st_ino), found.st_size
        self._beaten = 0.0
        self.lease: LeaseRecord | None = None
        """What this process must hold; None asks for nothing. Set by whoever takes it."""

    def check_file(self) -> None:
        """Pass when the file is at its path, and whole; raises MovedError."""
        try:
            found = self._path.stat()
        except OSError:
            raise MovedError(f"{self._path} was deleted or renamed while it was written to") from None
        if (found.st_dev, found.st_ino) != self._file:
            raise MovedError(f"{self._path} was replaced by another file while it was written to")
        if found.st_size < self._size:
            raise MovedError(f"{self._path} was written over by another program while it was written to")
        self._size = found.st_size

    def check_lease(self, db: sqlite3.Connection) -> None:
        """Pass when the lease is held, and write its time where that is due; raises LeaseLostError.

        Args:
            db: in a transaction.
        """
        if (lease := self.lease) is None:
            return
        key, due = (lease.name, lease.holder), time.monotonic() - self._beaten >= BEAT_SECONDS
        held = db.execute(_BEAT, (now(), *key)).rowcount if due else len(db.execute(_HELD, key).fetchall())
        if not held:
            raise LeaseLostError(f"{lease.name} of {self._path} is no longer this process's: {self._taker(db, lease)}")
        self._beaten = time.monotonic() if due else self._beaten

    def _taker(self, db: sqlite3.Connection, lease: LeaseRecord) -> str:
        found = db.execute(_HOLDER, (lease.name,)).fetchone()
        who = "process {} on {} took it over at {}".format(*found) if found else "somebody gave it up"
        return f"{who}, while this one was suspended; nothing more is written here"
