"""What a person thinks of a conversation: the only thing that looking at a database changes in it.

Each verdict of a person is a row of its own, so that none is lost; of several the latest counts.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from aiev.errors import StoreError, UsageError
from aiev.store.clock import now
from aiev.store.records import LABELS
from aiev.store.texts import clean

if TYPE_CHECKING:
    from pathlib import Path

MAX_NOTE = 10_000
"""Characters of a note."""
BUSY_SECONDS = 10.0
"""How long a label waits for a run that is writing."""


def save_label(path: Path, conversation_id: str, label: str, note: str) -> None:
    """Label a conversation in a file that others may be writing to; an empty label takes all of its labels away.

    Raises:
        UsageError: there is no such label or conversation, or the note is too long.
        StoreError: the file cannot be written.
    """
    if label and label not in LABELS:
        raise UsageError(f"there is no label {label!r}; one of {', '.join(LABELS)}")
    if len(note) > MAX_NOTE:
        raise UsageError(f"a note of {len(note)} characters is too long; at most {MAX_NOTE}")
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection, connection:
            connection.execute("pragma foreign_keys = on")
            if label:
                query = "insert into labels (conversation_id, label, note, created_at) values (?, ?, ?, ?)"
                connection.execute(query, [conversation_id, label, clean(note), now()])
            else:
                connection.execute("delete from labels where conversation_id = ?", [conversation_id])
    except sqlite3.IntegrityError:
        raise UsageError(f"there is no conversation {conversation_id!r} to label") from None
    except sqlite3.Error as error:
        raise StoreError(f"cannot write to {path}: {error}; the label was not kept") from None
