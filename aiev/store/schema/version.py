"""Which schema steps this version knows, without the cost of importing what applies them.

Invariant: `STEPS` names the steps of `migrations.py` in order (a test compares them); a file that knows another one is
refused by writers and readers alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev import __version__
from aiev.errors import StoreError

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

STEPS = (
    *("m001_first_schema", "m002_usage_and_money", "m003_heartbeats_and_batches", "m004_splits_and_labels"),
    *("m005_student", "m006_provenance_of_seeds", "m008_browsing", "m009_decontamination"),
    *("m010_search_index", "m011_evidence", "m012_reasoning", "m013_leases", "m014_alignment"),
    "m015_preference",
    "m016_matrices",
)
NOT_READ = frozenset({
    *("m009_decontamination", "m010_search_index", "m011_evidence", "m012_reasoning", "m013_leases", "m014_alignment"),
    "m015_preference",
    "m016_matrices",
})  # fmt: skip
"""Steps that bring nothing which `aiev inspect` and `aiev stats` read; a file without them can be shown."""


def refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Pass when every step that the file has taken is known here; a file without steps passes too.

    Raises:
        StoreError: the file was written by a newer aiev.
        sqlite3.Error: the file cannot be read.
    """
    if not connection.execute("select 1 from sqlite_master where name = '_sqlite_migrations'").fetchone():
        return
    taken = connection.execute("select name from _sqlite_migrations where migration_set = 'aiev'")
    if unknown := sorted({name for (name,) in taken} - set(STEPS)):
        raise StoreError(
            f"{path} was written by a newer aiev (schema step {unknown[-1]}; this is aiev {__version__}, up to "
            f"{STEPS[-1]}); upgrade aiev or name another file"
        )


def missing_steps(connection: sqlite3.Connection, path: Path) -> list[str]:
    """Steps that a file has not taken yet.

    Raises:
        StoreError: the file was written by a newer aiev.
        sqlite3.Error: the file cannot be read, or is none of ours.
    """
    refuse_newer(connection, path)
    taken = connection.execute("select name from _sqlite_migrations where migration_set = 'aiev'").fetchall()
    return [step for step in STEPS if (step,) not in taken]
