"""`dpo`: preference pairs: two answers to the same prompt, the better one chosen and the other one rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.formats.shape import ABOUT, Column, Row, Shape, chat, reply
from aiev.dataset.preferences import preferences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.dataset.sample import Sample

OF_PAIR = {
    "kind": Column.TEXT,
    "gap": Column.REAL,
    "rule": Column.TEXT,
    "run": Column.TEXT,
    **dict.fromkeys(("chosen_score", "rejected_score"), Column.REAL),
    **dict.fromkeys(("chosen_model", "rejected_model"), Column.TEXT),
}
"""What a preference stands on; left out where no dialogue has evidence or pairs of sampled programs."""


def rows(sample: Sample) -> Iterator[Row]:
    """One row for each pair."""
    for one in preferences(sample):
        yield {
            "prompt": chat(one.prompt),
            "chosen": reply(one.chosen.turn),
            "rejected": reply(one.rejected.turn),
            "kind": one.kind,
            "gap": one.gap,
            "rule": one.rule,
            "run": sample.run,
            "chosen_score": one.chosen.score,
            "rejected_score": one.rejected.score,
            "chosen_model": one.chosen.model,
            "rejected_model": one.rejected.model,
            **sample.about(),
        }


SHAPE = Shape(
    "dpo",
    "TRL's DPO and reward trainers, axolotl's DPO",
    {
        "prompt": Column.CHAT,
        "chosen": Column.CHAT,
        "rejected": Column.CHAT,
        **OF_PAIR,
        **ABOUT,
    },
    rows,
    supervised=False,
)
