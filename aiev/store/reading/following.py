"""A `FacetIndex` that follows its file while a run writes to it.

Invariants: safe to ask from several threads; an answer is never older than `LOOK_SECONDS` where making an index takes
less than `QUICK_SECONDS`, and never older than some twenty times the making elsewhere, where the new one is made beside
the answers; reads only.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiev.errors import StoreError
from aiev.store.keys import shield
from aiev.store.reading.facets import FacetIndex

if TYPE_CHECKING:
    from pathlib import Path

LOOK_SECONDS = 1.0
"""Between two looks whether the file has changed."""
QUICK_SECONDS = 0.1
"""An index that is made in less is made before the answer."""
REST = 10
"""Times its own making that a slow index is kept, so that the making takes a tenth of the time at most."""


class FollowedIndex:
    """The newest index there is of one file; `close()` when done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._watch = self._connect()
        self._index: FacetIndex | None = None
        self._seen = 0
        self._looked = 0.0
        self._seconds = 0.0
        self._made = 0.0
        self._making = False
        self.generation = 0
        """Grows by one with each new index."""

    def close(self) -> None:
        """Close the file. May be called twice."""
        self._watch.close()

    def current(self) -> FacetIndex:
        """The index; made when there is none, renewed when the file has changed.

        Raises:
            StoreError: the file cannot be read.
        """
        with self._lock:
            try:
                if self._index is None:
                    self._renew(self._version())
                elif (version := self._changed()) is not None:
                    self._making = True
                    if self._seconds < QUICK_SECONDS:
                        self._renew(version)
                    else:
                        threading.Thread(target=self._renew_beside, args=(version,), daemon=True).start()
            except sqlite3.Error as error:
                raise StoreError(f"cannot read {self._path}: {error}") from None
            assert self._index is not None  # noqa: S101 - made above
            return self._index

    def relabel(self, rowid: int, label: str) -> None:
        """Say at once what `labels` now says of a conversation, without making the index anew."""
        index = self.current()
        with self._lock:
            index.relabel(rowid, label)
            self.generation += 1

    def _changed(self) -> int | None:
        """The file's version when it is another one than the index's and it is time to look, else None."""
        now = time.monotonic()
        rest = max(LOOK_SECONDS, REST * self._seconds) if self._seconds >= QUICK_SECONDS else LOOK_SECONDS
        if self._making or now - self._looked < LOOK_SECONDS or now - self._made < rest:
            return None
        self._looked = now
        version = self._version()
        return version if version != self._seen else None

    def _version(self) -> int:
        return int(self._watch.execute("pragma data_version").fetchone()[0])

    def _renew(self, version: int) -> None:
        try:
            start = time.monotonic()
            with closing(self._connect()) as connection:
                connection.execute("begin")
                self._index = FacetIndex(connection)
            self._made = time.monotonic()
            self._seconds = self._made - start
            self._seen = version
            self.generation += 1
        finally:
            self._making = False

    def _renew_beside(self, version: int) -> None:
        try:
            self._renew(version)
        except sqlite3.Error:  # the next look tries again; until then the old index answers
            self._looked = time.monotonic()

    def _connect(self) -> sqlite3.Connection:
        uri = f"file:{quote(str(self._path))}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, timeout=60.0, check_same_thread=False)
        shield(connection)
        return connection
