"""Turns as one text, for the completion API of models that know no chat.

Invariant: a reply ends where the model would begin the next task by itself. Source: the prompts of SelfCodeAlign, arXiv
2410.24198, have headings like these; the API is OpenAI's `/v1/completions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TASK, _ANSWER = "### Task", "### Answer"
STOP = f"\n{_TASK}"
"""Where a reply ends, beside the request's own stop strings."""
_HEADINGS = {"user": f"{_TASK}\n", "assistant": f"{_ANSWER}\n"}


def prompt_text(turns: Iterable[tuple[str, str]]) -> str:
    """The text that a model goes on writing; turns of the system have no heading."""
    said = "".join(f"{_HEADINGS.get(role, '')}{content.strip()}\n\n" for role, content in turns)
    return f"{said}{_ANSWER}\n"
