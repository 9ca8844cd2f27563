"""What agents know of one programming language: words for prompts, fences, grammars, and how tests are told apart.

Invariant: a `Language` holds no state; everything that depends on a language and shapes a request or a reply is here.
Not covered: how its programs are run (the interpreter's business) and how seeds are taken from its sources.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re

Split = Callable[[str], tuple[str, str]]
"""Takes one source apart into solution and unit tests; tests are empty when none are found."""


@dataclass(frozen=True, slots=True)
class Example:
    """The few-shot example of a language. Program and tests pass; the wrong program fails with `feedback`."""

    snippet: str
    """A seed snippet."""
    problem: str
    """What the questioner makes of it."""
    idea: str
    program: str
    tests: str
    wrong: str
    """A program for the same problem with one mistake."""
    feedback: str
    """What the interpreter says of the wrong program, shortened."""
    description: str
    """What the questioner says of it."""
    correction: str
    """What the programmer says when it corrects the mistake."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language that problems can be set in."""

    name: str
    """As seeds, jobs and the configuration call it."""
    title: str
    """As people write it."""
    fence: str
    """The word after the fence of a code block, in prompts and in messages about malformed replies."""
    aliases: frozenset[str]
    """Words after a fence, in lower case, that are taken for this language."""
    comment: str
    """What begins a comment that runs to the end of its line."""
    split: Split
    assertions: str
    """What the tests hold, for "two to four ..."."""
    note: str = ""
    """One sentence about the form of program and tests; empty where none is needed."""
    function: str = "function"
    """What a call of the tests goes to."""
    unit: str = "function"
    """What a problem asks for, for "one Python ..."."""
    arguments: str = "its arguments"
    gives: str = "return"
    """What a function does with its result."""
    values: str = "numbers, strings, lists or dictionaries"
    """What easy problems are about, for "plain ..."."""
    installer: str = ""
    """The command of an install block; empty where nothing is installed."""
    library: str = "the standard library"
    """What programs are held to where nothing is installed."""
    example: Example | None = None
    """None where each prompt has examples of its own for this language."""
    test_mark: re.Pattern[str] | None = None
    """What only a block of tests holds; None tells tests by the line above their block and by what they define."""
    form_grammar: str = ""
    """GBNF of a reply; empty takes the one that is common to all languages."""
    suite_grammar: str = ""
    """GBNF of a reply that holds tests alone; empty where there is none."""
    strict_question: str = ""
    """GBNF of a problem that names a signature; empty where there is none."""
    strict_program: Callable[[str], str] | None = None
    """GBNF of a reply to such a problem, empty when the problem names no plain signature."""
