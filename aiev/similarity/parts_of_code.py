"""What a text says and what it does, each as one normalised string: its documentation and its code.

Invariant: layout, quotes and comments do not reach the code, code does not reach the documentation, and imports reach
neither. Prose (`text`) is documentation as a whole. Not covered: documentation in other places than comments and long
strings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiev.similarity.lexing import TEXT

_LONG = r'"""[\s\S]*?(?:"""|\Z)' + r"|'''[\s\S]*?(?:'''|\Z)"
_SHORT = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"' + r"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
_DOCUMENTATION = {
    "python": re.compile(rf"({_LONG}|\#[^\n]*)|{_SHORT}|\\."),
    "bash": re.compile(rf"((?<![^\s;])\#[^\n]*)|{_SHORT}|\\."),
}
_C_FAMILY = re.compile(rf"(//[^\n]*|/\*[\s\S]*?(?:\*/|\Z))|{_SHORT}|\\.")
_IMPORT = re.compile(r"^[ \t]*(?:from\s+[\w.]+\s+)?(?:import|use|using|package|#include)\b[^\n]*", re.MULTILINE)
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\w+")
_SIGNATURE = re.compile(
    r"\b(?:def|function|func|fn)\s+(\w+)\s*\(([^)]*)\)?[^\n{]*?[:{]?[ \t]*(?=\n|\Z|\{)|\b(\w++)\s?\(\)\s?\{"
)
_ARGUMENT = re.compile(r"(?:^|,)\s*\**(\w+)")


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one text. Each is empty where a text has none of it."""

    documentation: str
    """Its words in lower case, one space between."""
    renamed: str
    """The same with the function's name and arguments as `entry`, `first`, `second` ..."""
    code: str
    """Without white space, single quotes as double ones."""
    body: str
    """The code behind the first function's signature."""
    entry_point: str
    """Name of the first function, in lower case and without underscores."""


def parts_of(text: str, language: str) -> Parts:
    """Take a text apart."""
    if language == TEXT:
        words = _words(text)
        return Parts(words, words, "", "", "")
    pattern = _DOCUMENTATION.get(language, _C_FAMILY)
    documentation = " ".join(pattern.findall(text)) if '"' in text or "'" in text or "#" in text or "/" in text else ""
    bare = _IMPORT.sub("", pattern.sub(_without_documentation, text))
    signature = _SIGNATURE.search(bare)
    words = _words(documentation)
    if signature is None:
        return Parts(words, words, _dense(bare), "", "")
    name = signature[1] or signature[3] or ""
    return Parts(
        documentation=words,
        renamed=_renamed(words, name, signature[2] or ""),
        code=_dense(bare),
        body=_dense(bare[signature.end() :]),
        entry_point=name.lower().replace("_", ""),
    )


def _without_documentation(found: re.Match[str]) -> str:
    return "" if found[1] else found[0]


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _dense(code: str) -> str:
    return _SPACE.sub("", code).replace("'", '"')


def _renamed(words: str, name: str, arguments: str) -> str:
    places = {name.lower(): "entry"}
    for number, argument in enumerate(_ARGUMENT.findall(arguments)):
        places.setdefault(argument.lower(), f"argument{number}")
    listed = words.split(" ")
    return words if places.keys().isdisjoint(listed) else " ".join(places.get(word, word) for word in listed)
