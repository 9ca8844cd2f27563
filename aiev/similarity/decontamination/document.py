"""A text's documentation and its code, each normalised to one string.

Invariant: layout, quotes and comments do not reach the code, code does not reach the documentation, and imports reach
neither. All of prose (`text`) is documentation. Not covered: documentation in other places than comments and long
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
class Document:
    """A normalised text. Each field is empty where the text has nothing of the kind."""

    documentation: str
    """Its words in lower case, one space between."""
    renamed: str
    """The same with the function's name and arguments as `entry`, `argument0`, `argument1` ..."""
    code: str
    """Without white space, single quotes as double ones."""
    body: str
    """The code after the first function's signature."""
    entry_point: str
    """Name of the first function, in lower case and without underscores."""


def document_of(text: str, language: str) -> Document:
    """Normalise a text."""
    if language == TEXT:
        prose = " ".join(_words(text))
        return Document(prose, prose, "", "", "")
    documentation, bare = _separated(text, language)
    words = _words(documentation)
    prose = " ".join(words)
    signature = _SIGNATURE.search(bare)
    if signature is None:
        return Document(prose, prose, _dense(bare), "", "")
    name = signature[1] or signature[3] or ""
    head, body = _dense(bare[: signature.end()]), _dense(bare[signature.end() :])
    return Document(
        documentation=prose,
        renamed=" ".join(_renamed(words, name, signature[2] or "")),
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


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _dense(code: str) -> str:
    return "".join(code.split()).replace("'", '"')


def _renamed(words: list[str], name: str, arguments: str) -> list[str]:
    others = {name.lower(): "entry"}
    for number, argument in enumerate(_ARGUMENT.findall(arguments)):
        others.setdefault(argument.lower(), f"argument{number}")
    return words if others.keys().isdisjoint(words) else [others.get(word, word) for word in words]
