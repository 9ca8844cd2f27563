"""The shapes of rows, by the name that a user gives.

A shape is a function from a sample to its rows, and the columns of those rows; each is a module. `aiev.dataset.files`
has the kinds of files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.formats import (
    kto,
    llama_factory,
    messages,
    openai,
    preference,
    prompt_completion,
    self_oss_instruct,
    sharegpt,
)

if TYPE_CHECKING:
    from aiev.dataset.formats.shape import Shape

SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        messages.SHAPE,
        openai.SHAPE,
        sharegpt.SHAPE,
        llama_factory.SHAPE,
        llama_factory.RANKED,
        llama_factory.LABELLED,
        prompt_completion.SHAPE,
        preference.SHAPE,
        kto.SHAPE,
        self_oss_instruct.SHAPE,
    )
}
