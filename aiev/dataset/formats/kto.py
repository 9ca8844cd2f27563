"""`kto`: each of the programmer's turns with its context and a label: whether its program passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.formats.shape import ABOUT, Column, Row, Shape, chat, reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.dataset.sample import Sample


def rows(sample: Sample) -> Iterator[Row]:
    """One row for each turn with a program, those of discarded dialogues included where they are exported."""
    for position, turn in enumerate(sample.turns):
        if turn.passed is not None:
            yield {
                "prompt": chat(sample.turns[:position]),
                "completion": reply(turn),
                "label": turn.passed,
                **sample.about(),
            }


SHAPE = Shape(
    "kto",
    "TRL's KTO trainer",
    {"prompt": Column.CHAT, "completion": Column.CHAT, "label": Column.FLAG, **ABOUT},
    rows,
    supervised=False,
)
