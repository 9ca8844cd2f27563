"""Examples of our own writing that prompts of the aligner show: from a seed function to a response with its tests.

Invariant: a draw depends on its key and the size of the pool alone, so it is the same on every machine; its indices are
enough to show it again. Every example's tests pass. Not covered: how prompts show examples (`roles/prompting.py`).

Source: SelfCodeAlign (arXiv 2410.24198, section 3) draws its shots from 21 examples of seed, property, instruction and
response; these are others.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from aiev_agents.languages import LANGUAGES, PYTHON, language_named

if TYPE_CHECKING:
    from collections.abc import Sequence

CATEGORIES = ("function", "class", "program")
DIFFICULTIES = ("easy", "medium", "hard")
_DIRECTORY = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Example:
    """One example, with everything that any of the prompts shows."""

    index: int
    """Its place in the pool of its language, from 0."""
    snippet: str
    """A seed function."""
    concepts: tuple[str, ...]
    """Two to six short noun phrases."""
    category: Literal["function", "class", "program"]
    difficulty: Literal["easy", "medium", "hard"]
    instruction: str
    """A task that needs the concepts, without their names."""
    response: str
    """A paragraph of reasoning, then the program in a fenced block."""
    tests: str


@cache
def load_pool(language: str = PYTHON) -> tuple[Example, ...]:
    """All examples of a language, in the order of its file.

    Raises:
        LanguageError: agents do not speak this language.
    """
    rows = tomllib.loads(_file(language).read_text(encoding="utf-8"))["example"]
    return tuple(
        Example(index, **{name: _value(value) for name, value in row.items()}) for index, row in enumerate(rows)
    )


def draw(pool: Sequence[Example], number: int, key: str) -> tuple[Example, ...]:
    """At most `number` different examples, as `key` says, in the order that they were drawn.

    Another number draws the same ones first. A pool with fewer gives all that it has.
    """
    ordered = sorted(pool, key=lambda example: hashlib.sha256(f"{key}\0{example.index}".encode()).digest())
    return tuple(ordered[:number])


def pool_hashes() -> dict[str, str]:
    """Name and hash of each language's pool: `pool/language`, as `prompt_hashes` names prompts."""
    return {f"pool/{name}": hashlib.sha256(_file(name).read_bytes()).hexdigest() for name in sorted(LANGUAGES)}


def _file(language: str) -> Path:
    return _DIRECTORY / f"{language_named(language).name}.toml"


def _value(value: str | list[str]) -> Any:
    return value.strip("\n") if isinstance(value, str) else tuple(value)
