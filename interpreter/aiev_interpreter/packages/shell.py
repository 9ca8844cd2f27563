"""Reads a block of shell text as simple commands. Nothing is ever run as shell.

Invariant: every character of the text is in some command, in a comment, or in a redirection. Not covered: what a
command asks for, see `requirements.py`; control flow, functions and substitutions, whose words stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN_CHARS = 80
_CONTINUED = re.compile(r"\\[ \t]*\r?\n")
_PROMPT = re.compile(r"^(?:\([\w.-]+\)\s*)?(?:In \[\d*\]:\s*)?(?:(?:PS )?[\w@:~./\\-]*[$>]+\s+|\$)?[!%]?\s*(?=\S)")
"""What stands before a command in a terminal or a notebook: `$ `, `(venv) $ `, `>>> `, `!`, `%`."""
_MAGIC = re.compile(r"^\s*%%")
_TOKEN = re.compile(
    r"""\s+
    | (?P<comment>(?<!\S)\#.*)
    | (?P<redirection>(?<!\S)(?:(?:\d>>?|&>>?)\s*&?[^\s;&|]+|>>?\s*(?:&\d|[A-Za-z./~$-][^\s;&|]*)))
    | (?P<end>&&|\|\||[;&|])
    | (?P<word>(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s;&|"'\\])+)
    | (?P<broken>.+)""",
    re.VERBOSE,
)
_QUOTED = re.compile(r""""((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)""")
_ASSIGNMENT = re.compile(r"^\w+=")
_WRAPPERS = frozenset(("sudo", "env", "command", "exec", "time", "nohup", "then", "do", "!"))
"""Words before a command that do not change what it asks for."""


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command: its words without quotes, and the text that it was read from."""

    words: tuple[str, ...]
    text: str
    balanced: bool = True
    """Whether its quotes are closed. If not, the words end where the open quote begins."""


def commands(text: str) -> Iterator[Command]:
    """The commands of a shell block in order, without prompts, comments, redirections, `sudo` and assignments."""
    for line in _CONTINUED.sub(" ", text).split("\n"):
        if not _MAGIC.match(line):
            yield from _commands(_PROMPT.sub("", line.strip(), count=1))


def shown(text: str) -> str:
    """A text shortened to `SHOWN_CHARS`, as it stands in a reason."""
    return text if len(text) <= SHOWN_CHARS else f"{text[: SHOWN_CHARS - 1]}…"


def _commands(line: str) -> Iterator[Command]:
    words: list[str] = []
    start = 0
    balanced = True
    for token in _TOKEN.finditer(line):
        if token.lastgroup == "word":
            words.append(_QUOTED.sub(lambda quoted: quoted[1] or quoted[2] or quoted[3] or "", token[0]))
        elif token.lastgroup == "broken":
            balanced = False
        elif token.lastgroup == "end":
            yield from _command(words, line[start : token.start()], balanced=True)
            words, start = [], token.end()
    yield from _command(words, line[start:], balanced=balanced)


def _command(words: list[str], text: str, *, balanced: bool) -> Iterator[Command]:
    while words and (words[0] in _WRAPPERS or _ASSIGNMENT.match(words[0])):
        wrapper, *words = words
        while wrapper == "sudo" and words and words[0].startswith("-"):
            del words[0]
    if words or not balanced:
        yield Command(tuple(words), shown(text.strip()), balanced)
