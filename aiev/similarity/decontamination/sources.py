"""The texts that tests compare: those of a benchmark's items, and the batch that is judged.

A source is what somebody who copies an item would copy: its prompt in prose, its prompt of code followed by the
solution, or its solution alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aiev.similarity.decontamination.document import Document, document_of
from aiev.similarity.lexing import TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiev.similarity.decontamination.benchmarks import BenchmarkItem
    from aiev.similarity.decontamination.hits import Half, Hit

_CODE = re.compile(
    r"\s*(?:from|import|def|class|async|using|use|package|func|fn|function|public|private|template|const|let|var)\b"
    r"|\s*(?:[@#]|//|/\*|\"\"\"|''')"
)
"""How a prompt begins that is code."""
_PROGRAM = ("def ", "import ", "from ")
"""How a solution begins that is a whole program rather than the rest of its prompt."""


@dataclass(frozen=True, slots=True)
class Source:
    """One text of an item."""

    item: BenchmarkItem
    text: str
    language: str
    document: Document


@dataclass(frozen=True, slots=True)
class Reference:
    """One normalised form of one half of an item."""

    item: BenchmarkItem
    of: Half
    text: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts that are judged together."""

    texts: Sequence[str]
    languages: Sequence[str]
    documents: Sequence[Document]


class Comparison(Protocol):
    """A test of whether texts resemble sources. Built once, then only read."""

    def hits(self, batch: Batch) -> Iterator[tuple[int, Hit]]:
        """What is found, each with the row of its text."""
        ...


def sources_of(item: BenchmarkItem) -> list[Source]:
    """The sources of an item."""
    return [Source(item, text, language, document_of(text, language)) for text, language in _texts(item)]


def _texts(item: BenchmarkItem) -> Iterator[tuple[str, str]]:
    has_code = False
    for prompt in item.prompts:
        if not _CODE.match(prompt):
            yield prompt, TEXT
            continue
        has_code = True
        program = prompt if item.solution.lstrip().startswith(_PROGRAM) else f"{prompt}\n{item.solution}"
        yield _from_entry_point(program, item.entry_point), item.language
    if item.solution and not has_code:
        yield item.solution, item.language


def _from_entry_point(program: str, entry_point: str) -> str:
    """A Python program without what stands before the function in question."""
    at = program.rfind(f"def {entry_point}(") if entry_point else -1
    return program[at:] if at >= 0 else program
