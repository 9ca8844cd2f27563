"""`llama-factory`: ShareGPT that ends with a turn to be trained on, one row for each such turn.

LLaMA-Factory has no flag for a single message; with `mask_history: true` it trains on the last turn only. It wants
human and gpt in strict alternation, so the interpreter's output is the human's here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiev.dataset.formats.shape import ABOUT, Column, Row, Shape
from aiev.dataset.formats.sharegpt import conversation
from aiev.dataset.postprocess import merged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.dataset.sample import Sample


def rows(sample: Sample) -> Iterator[Row]:
    """One row for each turn in the loss, with what came before it."""
    turns = tuple(merged(replace(turn, role="user") if turn.output else turn for turn in sample.turns))
    for position, turn in enumerate(turns):
        if turn.train:
            history = tuple(replace(earlier, train=False) for earlier in turns[:position])
            yield {"conversations": conversation((*history, turn)), **sample.about()}


SHAPE = Shape("llama-factory", "LLaMA-Factory, mask_history: true", {"conversations": Column.SHAREGPT, **ABOUT}, rows)

DATASET_INFO = {
    "formatting": "sharegpt",
    "columns": {"messages": "conversations"},
    "tags": {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"},
}
"""The entry of each file in `dataset_info.json`, without its name."""
