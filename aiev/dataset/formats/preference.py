"""`dpo`: preference pairs: in the same context the turn that failed is rejected, the one that passed is chosen.

A dialogue gives a pair for each failed turn. Not covered: prose of the chosen turn that mentions the failure, which the
context does not show yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.formats.shape import ABOUT, Column, Row, Shape, chat, reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.dataset.sample import Sample


def rows(sample: Sample) -> Iterator[Row]:
    """One row for each failed turn of a dialogue that was repaired; none where both say the same."""
    chosen = next((turn for turn in sample.turns if turn.passed), None)
    if chosen is None:
        return
    for position, turn in enumerate(sample.turns):
        if turn.passed is False and turn.content != chosen.content:
            yield {
                "prompt": chat(sample.turns[:position]),
                "chosen": reply(chosen),
                "rejected": reply(turn),
                **sample.about(),
            }


SHAPE = Shape(
    "dpo",
    "TRL's DPO and reward trainers",
    {"prompt": Column.CHAT, "chosen": Column.CHAT, "rejected": Column.CHAT, **ABOUT},
    rows,
    supervised=False,
)
