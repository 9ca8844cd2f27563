"""Rows as JSON Lines.

Invariant: a row is one line for every reader, also for one that cuts lines as `str.splitlines` does: what JSON lets
stand in a string and such a reader takes for a line's end is escaped.
"""

from __future__ import annotations

import json
from typing import Any

_ENDS_A_LINE_ELSEWHERE = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"})


def json_line(row: Any) -> str:
    """A row as JSON with its line's end; text stays readable, and what JSON has no form for becomes text."""
    return json.dumps(row, ensure_ascii=False, default=str).translate(_ENDS_A_LINE_ELSEWHERE) + "\n"
