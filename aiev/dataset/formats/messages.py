"""`messages`: chat messages, each with `train`, for TRL and axolotl.

axolotl reads the flag with `message_field_training: train`. TRL's `assistant_only_loss` knows no flags of its own: give
the tokenizer the template that `aiev.dataset.masking.flagged_template` makes, or train on `prompt-completion`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.formats.shape import ABOUT, Column, Row, Shape, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.dataset.sample import Sample


def rows(sample: Sample) -> Iterator[Row]:
    """One row for each dialogue with a turn in the loss."""
    if any(turn.train for turn in sample.turns):
        messages = [{"role": turn.role, "content": shown(turn), "train": turn.train} for turn in sample.turns]
        yield {"messages": messages, **sample.about()}


SHAPE = Shape("messages", "TRL's SFT, axolotl", {"messages": Column.FLAGGED_CHAT, **ABOUT}, rows)
