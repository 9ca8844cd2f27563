"""`sharegpt`: `conversations` of `from` and `value` with `train`, for axolotl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.formats.shape import ABOUT, Column, Row, Shape, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.dataset.sample import Sample, Turn

NAMES = {"user": "human", "assistant": "gpt", "system": "system"}
"""ShareGPT's words for roles; any other is kept."""


def rows(sample: Sample) -> Iterator[Row]:
    """One row for each dialogue with a turn in the loss."""
    if any(turn.train for turn in sample.turns):
        yield {"conversations": conversation(sample.turns), **sample.about()}


def conversation(turns: tuple[Turn, ...]) -> list[Row]:
    """Turns in ShareGPT's words."""
    return [{"from": NAMES.get(turn.role, turn.role), "value": shown(turn), "train": turn.train} for turn in turns]


SHAPE = Shape("sharegpt", "axolotl", {"conversations": Column.SHAREGPT, **ABOUT}, rows)
