"""`self-oss-instruct`: one row for each pair, under the names of the columns of StarCoder2-Instruct's dataset.

Source: the columns of https://huggingface.co/datasets/bigcode/self-oss-instruct-sc2-exec-filter-50k.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from aiev.dataset.formats.shape import ABOUT, OF_ALIGNMENT, OF_EVIDENCE, Column, Row, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.dataset.sample import Sample


_KEPT = ("id", "language", "licence", "model", "source", *OF_ALIGNMENT, *OF_EVIDENCE)


def rows(sample: Sample) -> Iterator[Row]:
    """One row for an instruction with its answer; none for a dialogue of several rounds."""
    roles = [turn.role for turn in sample.turns if turn.role != "system"]
    if roles == ["user", "assistant"] and sample.turns[-1].train:
        asked, answer = (turn.content for turn in sample.turns[-2:])
        about = sample.about()
        yield {
            "seed": sample.seed,
            "sha1": hashlib.sha1(sample.seed.encode(errors="replace"), usedforsecurity=False).hexdigest(),
            "instruction": asked,
            "response": answer,
            **{name: about[name] for name in _KEPT},
        }


SHAPE = Shape(
    "self-oss-instruct",
    "who reads StarCoder2-Instruct's columns",
    {
        **dict.fromkeys(("seed", "sha1", "instruction", "response"), Column.TEXT),
        **{name: ABOUT[name] for name in _KEPT},
    },
    rows,
)
