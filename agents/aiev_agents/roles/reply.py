"""Finds the parts of a programmer's reply: install block, solution and unit tests.

Invariant: what is returned as `tests` holds no part of `program`, so that the tests can run against another solution.
Nothing is executed here. Not covered: whether the parts are any good; the interpreter decides that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from aiev_agents.errors import ReplyError
from aiev_agents.languages import LANGUAGES, PYTHON, language_named
from aiev_agents.languages.python import parses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev_agents.languages import Language

FENCE = re.compile(
    r"^[ \t]*(?P<fence>```+|~~~+)[ \t]*(?P<info>[^\n`]*)\n(?P<body>.*?)(?:^[ \t]*(?P=fence)[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""A fenced block: `fence`, `info` (the words after it) and `body`."""
_SHELLS = LANGUAGES["bash"].aliases | {"console", "zsh", "terminal", "powershell"}
_SHELL = "sh"
_WORD_END = re.compile(r"[\s{}:,]")
INSTALL = re.compile(
    r"\b(?:pip[\d.]*|pipenv|conda|mamba|micromamba|uv|poetry|pdm|rye|npm|pnpm|yarn|go|cargo)"
    r"(?:\s+-[\w-]+)*\s+(?:install|i|add|get)\b"
)
"""A shell command that installs packages."""
_INSTALL_LINE = re.compile(
    rf"^[ \t]*(?:[$!%][ \t]*)?(?:sudo[ \t]+)?(?:\S+[ \t]+-m[ \t]+)?{INSTALL.pattern}[^\n]*(?:(?<=\\)\n[^\n]*)*$",
    re.MULTILINE,
)
"""A line that does nothing but install."""
_MAGIC = re.compile(r"^[ \t]*[!%].*$", re.MULTILINE)
"""A line that only a notebook understands."""
_TESTS_BELOW = re.compile(r"^(?:(?!\b(?:solution|program|implementation|function|code)\b).)*\btests?\b", re.IGNORECASE)
"""A line that speaks of tests, and not of a program before it does."""


class Block(NamedTuple):
    """One fenced block: the words after the fence, and the text inside."""

    info: str
    language: str
    """First word after the fence, in lower case."""
    body: str
    above: str
    """The last line of prose above it."""


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
    line above them), and one block that holds both (taken apart at its top-level parts).

    Raises:
        LanguageError: agents do not speak this language.
        ReplyError: there is no code block, or none with a program in it; the text can be shown to the model.
    """
    speaking = language_named(language)
    blocks = [part for block in _blocks(text) for part in _without_installs(block, speaking)]
    install = "\n".join(block.body for block in blocks if _is_install(block, speaking))
    code = _code(blocks, speaking)
    fence = f"```{speaking.fence}"
    if not code:
        raise ReplyError(f"The reply has no {fence} block. Write the complete solution in a {fence} block.")
    program, tests = _divide(code, speaking)
    if not program.strip():
        raise ReplyError(f"The reply has tests but no solution. Write the solution in a {fence} block of its own.")
    return Reply(install=install, program=program, tests=tests)


def code_of(text: str, language: str = PYTHON) -> str:
    """All code of a reply that is not taken apart, such as one that holds tests alone; empty without a block."""
    speaking = language_named(language)
    return "\n\n".join(block.body for block in _code(list(_blocks(text)), speaking))


def prose_of(text: str) -> str:
    """What a reply says outside of its blocks."""
    return FENCE.sub("\n", text).strip()


def with_tests(text: str, tests: str, language: str = PYTHON) -> str:
    """A reply with other tests in the place of its own; unchanged where they cannot be told apart in its text."""
    try:
        own = parse_reply(text, language).tests
    except ReplyError:
        return text
    return text if not own or own == tests else text.replace(own, tests.rstrip("\n"), 1)


def _code(blocks: list[Block], language: Language) -> list[Block]:
    """The blocks that hold code of a language."""
    return [block for block in blocks if (not block.language or block.language in language.aliases) and block.body]


def _blocks(text: str) -> Iterator[Block]:
    end = 0
    for match in FENCE.finditer(text):
        info, body = match["info"].strip(), match["body"].rstrip()
        above = text[end : match.start()].strip().rpartition("\n")[2]
        yield Block(info, _WORD_END.split(info.lower().lstrip("{."), maxsplit=1)[0], body, above)
        end = match.end()


def _without_installs(block: Block, language: Language) -> Iterator[Block]:
    """The block; lines of a notebook that install packages (`!pip install six`) become a block of their own."""
    found = [match[0].strip() for match in _INSTALL_LINE.finditer(block.body)]
    lines = [line for line in block.body.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    alone = len(found) == len(lines) and not block.language
    notebook = language.name == PYTHON and block.language in {"", *language.aliases} and not parses(block.body)
    if not found or not (alone or notebook):
        yield block
        return
    yield block._replace(language=_SHELL, body="\n".join(found))
    yield block._replace(body=_MAGIC.sub("", _INSTALL_LINE.sub("", block.body)).strip("\n"))


def _is_install(block: Block, language: Language) -> bool:
    shell = block.language in _SHELLS and block.language not in language.aliases
    return shell and bool(INSTALL.search(block.body))


def _divide(code: list[Block], language: Language) -> tuple[str, str]:
    """Tell solution from tests over all code blocks."""
    if len(code) == 1:
        return language.split(code[0].body)
    kinds = [_is_tests(block, language, first=block is code[0]) for block in code]
    tests = [block.body for block, is_tests in zip(code, kinds, strict=True) if is_tests]
    program = "\n\n".join(block.body for block, is_tests in zip(code, kinds, strict=True) if not is_tests)
    if len(tests) == len(code):
        program, rest = language.split(code[0].body)
        return program, "\n\n".join(part for part in (rest, *tests[1:]) if part)
    return program, "\n\n".join(_without(program, body, language) for body in tests)


def _is_tests(block: Block, language: Language, *, first: bool) -> bool:
    if "test" in block.info.lower():
        return True
    if language.test_mark:
        return bool(language.test_mark.search(block.body))
    program, tests = language.split(block.body)
    return bool(_TESTS_BELOW.search(block.above)) or not program.strip() or bool(tests and not first)


def _without(program: str, tests: str, language: Language) -> str:
    """A block of tests without the solution, where it repeats it word by word."""
    repeated, rest = ("", tests) if language.test_mark else language.split(tests)
    words = " ".join(repeated.split())
    return rest if words and rest and words in " ".join(program.split()) else tests
