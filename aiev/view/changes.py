"""What a repair changed, as a unified diff.

Invariant: comparing takes bounded time, however long the programs are; lines that were not compared are reported.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from aiev_agents.lines import bare_lines_of

if TYPE_CHECKING:
    from aiev.store.records import ExecutionRecord

MAX_DIFF_LINES = 2000
"""Lines of each text that are compared; the time grows with their square."""


def repair_changes(before: ExecutionRecord, after: ExecutionRecord) -> list[str]:
    """Lines of the diff between two rounds: of the solution, then of the tests."""
    return [*changes("solution", before.program, after.program), *changes("tests", before.tests, after.tests)]


def changes(name: str, before: str, after: str) -> list[str]:
    """Unified diff of the first `MAX_DIFF_LINES` lines of two texts, with a mark where one is longer."""
    old, new = bare_lines_of(before), bare_lines_of(after)
    cut = max(len(old), len(new)) - MAX_DIFF_LINES
    compared = old[:MAX_DIFF_LINES], new[:MAX_DIFF_LINES]
    found = list(difflib.unified_diff(*compared, f"{name} (failed)", f"{name} (repaired)", lineterm="", n=2))
    return [*found, f"... [{cut} lines of the {name} not compared]"] if cut > 0 else found
