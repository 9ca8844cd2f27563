"""`llama-factory`: ShareGPT that ends with a turn to be trained on, one row for each such turn.

LLaMA-Factory has no flag for a single message; with `mask_history: true` it trains on the last turn only. It wants
human and gpt in strict alternation, so the interpreter's output is the human's here. `llama-factory-dpo` and
`llama-factory-kto` are the rows of `dpo` and `kto` in those words.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiev.dataset.formats import kto, preference
from aiev.dataset.formats.shape import ABOUT, Column, Row, Shape
from aiev.dataset.formats.sharegpt import NAMES, conversation
from aiev.dataset.postprocess import merged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.dataset.sample import Sample


def rows(sample: Sample) -> Iterator[Row]:
    """One row for each turn in the loss, with what came before it."""
    told = _alternating(sample)
    for position, turn in enumerate(told.turns):
        if turn.train:
            history = tuple(replace(earlier, train=False) for earlier in told.turns[:position])
            yield {"conversations": conversation((*history, turn)), **sample.about()}


def ranked(sample: Sample) -> Iterator[Row]:
    """One row for each pair of `dpo`."""
    for row in preference.rows(_alternating(sample)):
        chosen, rejected = ({"from": "gpt", "value": row[name][0]["content"]} for name in ("chosen", "rejected"))
        yield row | {"prompt": _said(row["prompt"]), "chosen": chosen, "rejected": rejected}


def labelled(sample: Sample) -> Iterator[Row]:
    """One row for each answer of `kto`."""
    for row in kto.rows(_alternating(sample)):
        said = {"from": "gpt", "value": row["completion"][0]["content"], "train": True}
        yield {"conversations": [*_said(row["prompt"]), said]} | {
            name: value for name, value in row.items() if name in _LABELLED
        }


def _alternating(sample: Sample) -> Sample:
    """The interpreter's output as the human's, in one turn with what the human says."""
    turns = (replace(turn, role="user") if turn.output else turn for turn in sample.turns)
    return replace(sample, turns=tuple(merged(turns)))


def _said(prompt: list[Row]) -> list[Row]:
    return [{"from": NAMES[it["role"]], "value": it["content"], "train": False} for it in prompt]


SHAPE = Shape("llama-factory", "LLaMA-Factory, mask_history: true", {"conversations": Column.SHAREGPT, **ABOUT}, rows)
RANKED = Shape(
    "llama-factory-dpo",
    "LLaMA-Factory, stage: dpo",
    preference.SHAPE.columns | {"prompt": Column.SHAREGPT, "chosen": Column.SAID, "rejected": Column.SAID},
    ranked,
    supervised=False,
)
_LABELLED = {name: column for name, column in kto.SHAPE.columns.items() if name not in {"prompt", "completion"}}
LABELLED = Shape(
    "llama-factory-kto",
    "LLaMA-Factory, stage: kto",
    {"conversations": Column.SHAREGPT, **_LABELLED},
    labelled,
    supervised=False,
)

_TAGS = {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"}
_COLUMNS = {
    SHAPE.name: {"messages": "conversations"},
    RANKED.name: {"messages": "prompt", "chosen": "chosen", "rejected": "rejected"},
    LABELLED.name: {"messages": "conversations", "kto_tag": "label"},
}
DATASET_INFO: dict[str, dict[str, object]] = {
    name: {"formatting": "sharegpt", "columns": columns, "tags": _TAGS} for name, columns in _COLUMNS.items()
}
"""The entry of each file in `dataset_info.json`, without its name, by shape."""
DATASET_INFO[RANKED.name]["ranking"] = True
