"""Loads and renders prompt templates.

A template is a file `prompts/<agent>/<purpose>.j2`. Lines that read `[[system]]`, `[[user]]` or `[[assistant]]` divide
it into turns. Invariants: the file is divided *before* it is rendered, so no value can forge a turn; a variable that
is missing is an error (StrictUndefined); each prompt's hash names the exact template text.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, TemplateError

from aiev_agents.errors import PromptError

PROMPTS_DIR = Path(__file__).parent / "prompts"
_TURN = re.compile(r"^\[\[(system|user|assistant)\]\]\n", re.MULTILINE)
_ENVIRONMENT = Environment(
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # noqa: S701 - prompts are plain text for a model, not a page
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A template divided into turns."""

    name: str
    hash: str
    turns: tuple[tuple[str, str], ...]

    def render(self, **values: object) -> tuple[tuple[str, str], ...]:
        """Fill in the values and return (role, content) turns, empty ones left out.

        Raises:
            PromptError: a variable is missing or the template is malformed.
        """
        try:
            rendered = [(role, _ENVIRONMENT.from_string(text).render(values).strip()) for role, text in self.turns]
        except TemplateError as error:
            raise PromptError(f"prompt {self.name}: {error}") from None
        return tuple((role, text) for role, text in rendered if text)


@cache
def load_prompt(name: str, directory: Path = PROMPTS_DIR) -> Prompt:
    """Load the template `name`, for example `programmer/solve`.

    Raises:
        PromptError: there is no such file, or it has no turns.
    """
    path = directory / f"{name}.j2"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError(f"prompt {name}: cannot read {path}: {error.strerror}") from None
    _, *parts = _TURN.split(text)
    if not parts:
        raise PromptError(f"prompt {name}: {path} has no line [[system]], [[user]] or [[assistant]]")
    turns = tuple(zip(parts[::2], parts[1::2], strict=True))
    return Prompt(name=name, hash=hashlib.sha256(text.encode()).hexdigest(), turns=turns)


def prompt_hashes(directory: Path = PROMPTS_DIR) -> dict[str, str]:
    """Name and hash of every template in `directory`, sorted by name."""
    names = sorted(path.relative_to(directory).with_suffix("").as_posix() for path in directory.rglob("*.j2"))
    return {name: load_prompt(name, directory).hash for name in names}
