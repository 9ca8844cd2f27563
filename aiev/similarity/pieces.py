"""What of a benchmark's item is matched: its prompt and its solution, each in the forms that the tests compare.

Invariant: a piece that is too short to tell anything is not matched at all, so that no test has to ask again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aiev.similarity.lexing import TEXT
from aiev.similarity.parts_of_code import Parts, parts_of
from aiev.similarity.word_runs import SHORTEST_CODE, WORDS, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.similarity.benchmarks import BenchmarkItem

Kind = Literal["prompt", "solution"]
_SHORTEST_PROSE, _SHORTEST_CODE = 30, 60
"""Characters of the shortest documentation and code that are compared by Levenshtein similarity."""
_FEWEST_WORDS = 5
_CODE = re.compile(
    r"\s*(?:from|import|def|class|async|using|use|package|func|fn|function|public|private|template|const|let|var)\b"
    r"|\s*(?:[@#]|//|/\*|\"\"\"|''')"
)
"""How a prompt begins that is code."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One form of one half of an item."""

    item: BenchmarkItem
    kind: Kind
    text: str


def sources_of(item: BenchmarkItem) -> Iterator[tuple[str, str]]:
    """An item's texts with their languages: prompts of code are followed by their solution."""
    has_code = False
    for prompt in item.prompts:
        if not _CODE.match(prompt):
            yield prompt, TEXT
            continue
        has_code = True
        joined = (
            prompt if item.solution.lstrip().startswith(("def ", "import ", "from ")) else f"{prompt}\n{item.solution}"
        )
        yield _from_entry_point(joined, item.entry_point), item.language
    if item.solution and not has_code:
        yield item.solution, item.language


def _from_entry_point(program: str, entry_point: str) -> str:
    """A Python program without what stands before the function in question."""
    at = program.rfind(f"def {entry_point}(") if entry_point else -1
    return program[at:] if at >= 0 else program


def runs_of(item: BenchmarkItem) -> Iterator[Piece]:
    """Pieces for `substring` and `ngram`: words, one space between."""
    for text, language in sources_of(item):
        words = parts_of(text, language).documentation
        if words.count(" ") >= WORDS - 1:
            yield Piece(item, "prompt", words)
    words = " ".join(words_of(item.solution))
    if words.count(" ") >= SHORTEST_CODE - 1:
        yield Piece(item, "solution", words)


def strings_of(item: BenchmarkItem) -> Iterator[Piece]:
    """Pieces for `levenshtein`."""
    for text, language in sources_of(item):
        yield from strings_of_parts(item, parts_of(text, language))


def strings_of_parts(item: BenchmarkItem, parts: Parts) -> Iterator[Piece]:
    """Documentation and code of one text, each in the forms that are compared."""
    for text in forms_of_prompt(parts):
        yield Piece(item, "prompt", text)
    for text in forms_of_solution(parts):
        yield Piece(item, "solution", text)


def forms_of_prompt(parts: Parts) -> list[str]:
    """The forms of a text's documentation that Levenshtein similarity is taken of."""
    return _long_enough(parts.documentation, parts.renamed, _SHORTEST_PROSE)


def forms_of_solution(parts: Parts) -> list[str]:
    """The forms of a text's code that Levenshtein similarity is taken of."""
    return _long_enough(parts.code, parts.body, _SHORTEST_CODE)


def _long_enough(form: str, other: str, shortest: int) -> list[str]:
    forms = (form,) if form == other else (form, other)
    return [text for text in forms if len(text) >= shortest]


def entry_point_of(item: BenchmarkItem) -> str:
    """The entry point, in lower case and without underscores; taken from the code when the benchmark does not say."""
    if item.entry_point:
        return item.entry_point.lower().replace("_", "")
    found = (parts_of(text, language).entry_point for text, language in sources_of(item))
    return next((name for name in found if name), "") or parts_of(item.solution, item.language).entry_point


def telling_words(words: str) -> frozenset[str]:
    """The different words of a description, if they are enough to tell it by; else none."""
    found = frozenset(word for word in words.split(" ") if word and not word[0].isdigit())
    return found if len(found) >= _FEWEST_WORDS else frozenset()
