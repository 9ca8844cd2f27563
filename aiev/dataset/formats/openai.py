"""`openai`: chat messages as OpenAI's fine-tuning takes them: nothing but `messages`, `weight` on the assistant's.

The interpreter's output is the user's here whatever its role elsewhere, since `tool` would need a call before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.formats.shape import Column, Row, Shape, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.dataset.sample import Sample, Turn


def rows(sample: Sample) -> Iterator[Row]:
    """One row for each dialogue with a turn in the loss."""
    if any(turn.train for turn in sample.turns):
        yield {"messages": [_message(turn) for turn in sample.turns]}


def _message(turn: Turn) -> Row:
    if turn.role == "assistant":
        return {"role": "assistant", "content": shown(turn), "weight": int(turn.train)}
    return {"role": "user" if turn.output else turn.role, "content": turn.content}


SHAPE = Shape("openai", "OpenAI-compatible fine-tuning services", {"messages": Column.WEIGHTED_CHAT}, rows)
