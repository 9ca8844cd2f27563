"""What a text says and what it does, each as one normalised string: its documentation and its code.

Invariant: layout, quotes and comments do not reach the code, code does not reach the documentation, and imports reach
neither. Prose (`text`) is documentation as a whole. Not covered: documentation in other places than comments and long
strings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiev.similarity.lexing import TEXT

_LONG = (r'"""[\s\S]*?(?:"""|\Z)', r"'''[\s\S]*?(?:'''|\Z)")
_SHORT = (r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"', r"'[^'\\\n]*(?:\\.[^'\\\n]*)*'", r"\\.")


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile(f"({'|'.join(alternatives)})")


_SPANS = {"python": _any(*_LONG, r"\#[^\n]*", *_SHORT), "bash": _any(r"(?<![^\s;])\#[^\n]*", *_SHORT)}
_C_FAMILY = _any(r"//[^\n]*", r"/\*[\s\S]*?(?:\*/|\Z)", *_SHORT)
_OPENS = {"python": ('"""', "'''", "#"), "bash": ("#",)}
_OPENS_C_FAMILY = ("//", "/*")
"""How a span begins that is documentation."""
_IMPORT = re.compile(r"^[ \t]*(?:from\s+[\w.]+\s+)?(?:import|use|using|package|#include)\b[^\n]*", re.MULTILINE)
_IMPORTING = ("import", "use", "using", "package", "#include")
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
    documentation, bare = _separated(text, language)
    listed = _WORD.findall(documentation.lower())
    words = " ".join(listed)
    signature = _SIGNATURE.search(bare)
    if signature is None:
        return Parts(words, words, _dense(bare), "", "")
    name = signature[1] or signature[3] or ""
    head, body = _dense(bare[: signature.end()]), _dense(bare[signature.end() :])
    return Parts(
        documentation=words,
        renamed=_renamed(words, listed, name, signature[2] or ""),
        code=head + body,
        body=body,
        entry_point=name.lower().replace("_", ""),
    )


def _separated(text: str, language: str) -> tuple[str, str]:
    """Documentation, and the text without it and without imports."""
    parts = _SPANS.get(language, _C_FAMILY).split(text)
    opens = _OPENS.get(language, _OPENS_C_FAMILY)
    documentation = []
    for place in range(1, len(parts), 2):
        if parts[place].startswith(opens):
            documentation.append(parts[place])
            parts[place] = ""
    bare = "".join(parts)
    if any(word in bare for word in _IMPORTING):
        bare = _IMPORT.sub("", bare)
    return " ".join(documentation), bare


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _dense(code: str) -> str:
    return "".join(code.split()).replace("'", '"')


def _renamed(words: str, listed: list[str], name: str, arguments: str) -> str:
    places = {name.lower(): "entry"}
    for number, argument in enumerate(_ARGUMENT.findall(arguments)):
        places.setdefault(argument.lower(), f"argument{number}")
    return words if places.keys().isdisjoint(listed) else " ".join(map(places.get, listed, listed))
