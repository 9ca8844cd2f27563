"""Finds the parts of a programmer's reply: install block, solution and unit tests.

Invariant: what is returned as `tests` holds no part of `program`, so that the tests can run against another solution.
Nothing is executed here. Not covered: whether the parts are any good; the interpreter decides that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aiev_agents.errors import ReplyError
from aiev_agents.fences import fenced_blocks
from aiev_agents.languages import PYTHON, language_named
from aiev_agents.languages.sessions import is_session, session_tests
from aiev_agents.languages.whole import states_something
from aiev_agents.roles.dividing import divide
from aiev_agents.roles.installing import is_install, without_installs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev_agents.fences import Block
    from aiev_agents.languages import Language


class Reply(NamedTuple):
    """A programmer's reply, taken apart."""

    install: str
    """Text of the shell blocks that install packages; empty when there is none, and always for Bash."""
    program: str
    tests: str
    """May be empty: then the interpreter's verdict will be `no_tests`."""


def parse_reply(text: str, language: str = PYTHON) -> Reply:
    """Take a reply apart.

    Two kinds of reply are understood: separate blocks for solution and tests (told apart by what is in them or by the
    line above them), and one block that holds both (taken apart at its top-level parts). Where a reply has no other
    tests, those of a session at Python's prompt stand in.

    Raises:
        LanguageError: agents do not speak this language.
        ReplyError: there is no code block, or none with a program in it; the text can be shown to the model.
    """
    speaking = language_named(language)
    blocks = [part for block in fenced_blocks(text) for part in without_installs(block, speaking)]
    install = "\n".join(block.body for block in blocks if is_install(block, speaking))
    code = code_blocks(blocks, speaking)
    fence = f"```{speaking.fence}"
    if not code:
        raise ReplyError(f"The reply has no {fence} block. Write the complete solution in a {fence} block.")
    program, tests = divide(code, speaking)
    if not program.strip():
        raise ReplyError(f"The reply has tests but no solution. Write the solution in a {fence} block of its own.")
    return Reply(install=install, program=program, tests=tests or _shown(blocks, speaking))


def program_of(text: str, language: str = PYTHON) -> str:
    """The program of a reply; empty where it has none."""
    try:
        return parse_reply(text, language).program
    except ReplyError:
        return ""


def code_of(text: str, language: str = PYTHON) -> str:
    """All code of a reply that is not taken apart, such as one that holds tests alone; empty without a block."""
    speaking, blocks = language_named(language), fenced_blocks(text)
    return "\n\n".join(block.body for block in code_blocks(blocks, speaking)) or _shown(blocks, speaking)


def prose_of(text: str) -> str:
    """What a reply says outside of its blocks."""
    blocks = fenced_blocks(text)
    starts, ends = [0, *(block.end for block in blocks)], [*(block.start for block in blocks), len(text)]
    return "\n".join(text[start:end] for start, end in zip(starts, ends, strict=True)).strip()


def with_tests(text: str, tests: str, language: str = PYTHON) -> str:
    """A reply with other tests in the place of its own; unchanged where they cannot be told apart in its text."""
    try:
        own = parse_reply(text, language).tests
    except ReplyError:
        return text
    if not own or own == tests:
        return text
    if own in text:
        return text.replace(own, tests.rstrip("\n"), 1)
    block = next((one for one in fenced_blocks(text) if one.body == own), None)  # in a list or in a quote
    changed = block._replace(body=tests.rstrip("\n")).rendered if block else ""
    return f"{text[: block.start]}{changed}{text[block.end :]}" if block else text


def code_blocks(blocks: Sequence[Block], language: Language) -> list[Block]:
    """The blocks that hold code of a language: not output, signatures, or sessions at a prompt.

    A block without a language counts by what is in it; where no block counts, all of them do, so that the interpreter
    says what is wrong with them.
    """
    own = [block for block in blocks if block.body and block.language in {"", *language.aliases}]
    own = [block for block in own if not is_session(block.body)]
    sure = [block for block in own if block.language or _is_code(block.body, language)]
    return sure or own


def _is_code(body: str, language: Language) -> bool:
    return states_something(body, language.name) or bool(language.split(body)[1])


def _shown(blocks: Sequence[Block], language: Language) -> str:
    """What sessions at Python's prompt show, as tests."""
    if language.name != PYTHON:
        return ""
    return "\n".join(filter(None, (session_tests(block.body) for block in blocks if is_session(block.body))))
