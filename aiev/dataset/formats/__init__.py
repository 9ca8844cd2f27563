"""The shapes that rows can have, by the name that a user gives.

A shape is a function from a sample to its rows, and the columns that those rows have; one module for each. Into what
kind of file they go is `aiev.dataset.files`' business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.formats import kto, llama_factory, messages, openai, preference, prompt_completion, sharegpt

if TYPE_CHECKING:
    from aiev.dataset.formats.shape import Shape

SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        messages.SHAPE,
        openai.SHAPE,
        sharegpt.SHAPE,
        llama_factory.SHAPE,
        prompt_completion.SHAPE,
        preference.SHAPE,
        kto.SHAPE,
    )
}
