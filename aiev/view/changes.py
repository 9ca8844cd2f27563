"""What a repair changed, as a unified diff.

Invariant: comparing takes bounded time, however long the programs are; what was not compared is said.
"""

from __future__ import annotations

import difflib

MAX_DIFF_LINES = 2000
"""Of each text that is compared; comparing takes time by the square of it."""


def changes(name: str, before: str, after: str) -> list[str]:
    """Unified diff of the first `MAX_DIFF_LINES` lines of two texts, with a mark where one is longer."""
    old, new = before.splitlines(), after.splitlines()
    cut = max(len(old), len(new)) - MAX_DIFF_LINES
    compared = old[:MAX_DIFF_LINES], new[:MAX_DIFF_LINES]
    found = list(difflib.unified_diff(*compared, f"{name} (failed)", f"{name} (repaired)", lineterm="", n=2))
    return [*found, f"... [{cut} lines of the {name} not compared]"] if cut > 0 else found
