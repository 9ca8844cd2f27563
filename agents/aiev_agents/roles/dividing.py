"""Tells the solution of a reply from its tests, over all of its blocks.

Invariants: what counts as tests holds no part of the solution; of several solutions the last that is whole counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiev_agents.languages.whole import defined_names, is_whole, without

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev_agents.fences import Block
    from aiev_agents.languages import Language

_TESTS = re.compile(r"(?<![a-z])tests?(?![a-z])", re.IGNORECASE)
_TESTS_BELOW = re.compile(r"^(?:(?!\b(?:solution|program|implementation|function|code)\b).)*\btests?\b", re.IGNORECASE)
"""A line that speaks of tests, and not of a program before it does."""
_SHOWS = re.compile(r"\b(?:usage|example|demo|call)\b", re.IGNORECASE)
"""A line above a block that only shows how a program is used."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What one block holds."""

    block: Block
    program: str
    tests: str
    whole: bool
    names: frozenset[str]
    """What the program defines."""


def divide(blocks: Sequence[Block], language: Language) -> tuple[str, str]:
    """Solution and tests of a reply's code; either may be empty."""
    parts = _parts(blocks, language)
    return (
        "\n\n".join(part.program for part in parts if part.program.strip()),
        "\n\n".join(part.tests for part in parts if part.tests.strip()),
    )


def counted(blocks: Sequence[Block], language: Language) -> list[Block]:
    """The blocks that solution and tests are taken from."""
    return [part.block for part in _parts(blocks, language) if part.program.strip() or part.tests.strip()]


def _parts(blocks: Sequence[Block], language: Language) -> list[_Part]:
    parts: list[_Part] = []
    defining = any(defined_names(block.body, language.name) for block in blocks)
    for block in blocks:
        if not (defining and _only_shows(block, language)):
            parts.append(_part(block, parts, language))
    return _chosen(parts, language)


def _part(block: Block, before: Sequence[_Part], language: Language) -> _Part:
    """Sort one block by what it holds, what is said above it, and what came before."""
    program, tests = language.split(block.body)
    whole = is_whole(block.body, language.name)
    names = defined_names(program, language.name)
    known = frozenset[str]().union(*(part.names for part in before))
    named = bool(_TESTS.search(block.info)) or bool(_TESTS_BELOW.search(block.above))
    if not whole and language.test_mark:
        named = bool(language.test_mark.search(block.body))
    anew = bool(names & known) and not _repeats(program, before)
    if any(part.program.strip() for part in before) and not anew:
        if tests or named:
            return _Part(block, "", _own(block.body, program, tests, before, language), whole, frozenset())
    elif not tests and _TESTS.search(block.info) and not names:
        return _Part(block, "", block.body, whole, frozenset())
    return _Part(block, program, tests, whole, names)


def _only_shows(block: Block, language: Language) -> bool:
    """Whether a block shows how the program is called, and neither defines nor checks anything."""
    quiet = _SHOWS.search(block.above) and is_whole(block.body, language.name)
    return bool(quiet) and not defined_names(block.body, language.name) and not language.split(block.body)[1]


def _own(body: str, program: str, tests: str, before: Sequence[_Part], language: Language) -> str:
    """A block of tests without the solution, where it repeats it word by word."""
    return tests if tests and not language.test_mark and _repeats(program, before) else body


def _repeats(program: str, before: Sequence[_Part]) -> bool:
    words = " ".join(program.split())
    return bool(words) and any(words in " ".join(part.program.split()) for part in before)


def _chosen(parts: Sequence[_Part], language: Language) -> list[_Part]:
    """The parts that count: of what is defined several times, the last that is whole."""
    whole = frozenset[str]().union(*(part.names for part in parts if part.whole))
    chosen: list[_Part] = []
    for part in parts:
        if part.program and not part.whole and whole and part.names <= whole:
            continue
        if part.whole and any(part.names & earlier.names for earlier in chosen):
            later = any(one.tests for one in parts[parts.index(part) :])
            chosen = [_superseded(earlier, part.names, language, keep_tests=not later) for earlier in chosen]
        chosen.append(part)
    return chosen


def _superseded(part: _Part, names: frozenset[str], language: Language, *, keep_tests: bool) -> _Part:
    """An earlier part without what a later one defines anew; its tests go with it where the later one has some."""
    if not part.names & names:
        return part if keep_tests or part.program.strip() else replace(part, tests="")
    rest = "" if part.names <= names else without(part.program, names, language.name)
    return replace(part, program=rest, tests=part.tests if keep_tests else "", names=part.names - names)
