"""What a table gives: rows, and what had to be skipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


class Row(NamedTuple):
    """One row of a table."""

    where: str
    """`file:line` for JSON lines, else `file:row`; both count from 1."""
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or row that gives nothing."""

    reason: str
    """A stable snake_case word, fit to be counted."""
    where: str
    detail: str = ""
    is_fault: bool = True
    """Whether a person should hear of it by name; what was left out on purpose is only counted."""
