"""Shapes of rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from aiev.dataset.sample import Sample, Turn

Row = dict[str, Any]
_Value = TypeVar("_Value")


class Column(StrEnum):
    """Types of columns, for files that have a schema."""

    TEXT = "text"
    NUMBER = "number"
    REAL = "real"
    FLAG = "flag"
    TEXTS = "texts"
    CHAT = "chat"
    """Messages with `role` and `content`."""
    FLAGGED_CHAT = "flagged chat"
    """Messages with `role`, `content` and `train`."""
    WEIGHTED_CHAT = "weighted chat"
    """Messages with `role`, `content` and, on the assistant's, `weight`."""
    SHAREGPT = "sharegpt"
    """Messages with `from`, `value` and `train`."""
    SAID = "said"
    """One message with `from` and `value`."""


OF_EVIDENCE = {"evidence": Column.TEXT, "evidence_sentence": Column.TEXT}
"""What is known of a row's program; left out where no dialogue has evidence."""
OF_ALIGNMENT = {"concepts": Column.TEXTS, "category": Column.TEXT, "difficulty": Column.TEXT}
"""What a row's instruction was made from; left out where no dialogue comes from self-alignment."""
ABOUT = {
    "id": Column.TEXT,
    "language": Column.TEXT,
    "licence": Column.TEXT,
    "model": Column.TEXT,
    "stage": Column.TEXT,
    "rounds": Column.NUMBER,
    "verdicts": Column.TEXTS,
    "source": Column.TEXT,
    "seed_id": Column.TEXT,
    "executed": Column.FLAG,
    **OF_EVIDENCE,
    **OF_ALIGNMENT,
}
"""Columns of `Sample.about()`; every shape has them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape of rows."""

    name: str
    about: str
    """Who reads it, in a few words."""
    columns: dict[str, Column]
    rows: Callable[[Sample], Iterator[Row]]
    supervised: bool = True
    """Whether a row needs a turn in the loss; preferences and labels do not."""


def without(columns: dict[str, _Value], untold: Collection[str]) -> dict[str, _Value]:
    """A row, or the types of its columns, without those that no dialogue of the database has anything to say in."""
    return {name: value for name, value in columns.items() if name not in untold} if untold else columns


def chat(turns: tuple[Turn, ...]) -> list[Row]:
    """Turns of a prompt as `role` and `content`."""
    return [{"role": turn.role, "content": turn.content} for turn in turns]


def reply(turn: Turn) -> list[Row]:
    """A turn that is learnt, likewise; with its thoughts where they are exported."""
    return [{"role": turn.role, "content": turn.learnt}]


def shown(turn: Turn) -> str:
    """The text of a turn in a row that holds all turns: thoughts are learnt, and not read."""
    return turn.learnt if turn.train else turn.content
