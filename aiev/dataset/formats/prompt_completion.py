"""`prompt-completion`: a turn to be trained on with the turns before it; one row for each such turn.

TRL's SFT trains on the completion only by default, so no mask can go wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.formats.shape import ABOUT, Column, Row, Shape, chat, reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.dataset.sample import Sample


def rows(sample: Sample) -> Iterator[Row]:
    """One row for each turn in the loss."""
    for position, turn in enumerate(sample.turns):
        if turn.train:
            yield {"prompt": chat(sample.turns[:position]), "completion": reply(turn), **sample.about()}


SHAPE = Shape(
    "prompt-completion",
    "TRL's SFT, any trainer of completions",
    {"prompt": Column.CHAT, "completion": Column.CHAT, **ABOUT},
    rows,
)
