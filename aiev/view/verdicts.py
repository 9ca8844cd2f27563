"""The verdicts and error classes of a listed conversation, as both lists show them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiev.store.reading.listing import ListedConversation


def verdict_runs(row: ListedConversation) -> list[tuple[str, int]]:
    """Verdicts in their order, equal neighbours together with their number: `error error ok` is error 2, ok 1."""
    return [(verdict, len(list(group))) for verdict, group in groupby(row.verdicts.split())]


def other_error_classes(row: ListedConversation) -> list[str]:
    """Distinct error classes that are no verdict of the conversation."""
    return [name for name in dict.fromkeys(row.error_classes.split(", ")) if name not in row.verdicts]
