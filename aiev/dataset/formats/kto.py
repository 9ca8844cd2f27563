"""`kto`: an answer with its prompt and a label: whether it is one to give.

Of a dialogue that is each of the programmer's turns, by whether its program passed; of sampled programs each that is in
a pair. Invariant: no answer has two labels; a program that is chosen in one pair and rejected in another is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.formats.shape import ABOUT, Column, Row, Shape, chat, reply
from aiev.dataset.preferences import REPAIR, Preference, Side, sampled, tried

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.dataset.sample import Sample

OF_ANSWER = {
    "kind": Column.TEXT,
    "gap": Column.REAL,
    "rule": Column.TEXT,
    "run": Column.TEXT,
    "score": Column.REAL,
}
"""What a label stands on; left out where no dialogue has evidence or pairs of sampled programs."""


def rows(sample: Sample) -> Iterator[Row]:
    """One row for each answer, those of discarded dialogues included where they are exported."""
    for position, turn, verdict in tried(sample):
        side = Side(turn, float(bool(turn.passed)), sample.model)
        about = Preference(sample.turns[:position], side, side, REPAIR, 1.0, f"its tests: {verdict}")
        yield _row(sample, side, about)
    found: dict[str, list[tuple[Side, Preference]]] = {}
    for one in sampled(sample):
        for side in (one.chosen, one.rejected):
            found.setdefault(side.turn.content, []).append((side, one))
    for sides in found.values():
        if len({side.turn.passed for side, _ in sides}) == 1:
            yield _row(sample, *sides[0])


def _row(sample: Sample, side: Side, preference: Preference) -> Row:
    return {
        "prompt": chat(preference.prompt),
        "completion": reply(side.turn),
        "label": side.turn.passed,
        "kind": preference.kind,
        "gap": preference.gap,
        "rule": preference.rule,
        "run": sample.run,
        "score": side.score,
        **sample.about(),
    }


SHAPE = Shape(
    "kto",
    "TRL's KTO trainer",
    {
        "prompt": Column.CHAT,
        "completion": Column.CHAT,
        "label": Column.FLAG,
        **OF_ANSWER,
        **ABOUT,
    },
    rows,
    supervised=False,
)
