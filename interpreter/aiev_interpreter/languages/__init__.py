"""The languages of programs and tests. Each is a module of its own."""

from __future__ import annotations

import difflib

from aiev_interpreter.languages.bash import BASH
from aiev_interpreter.languages.cpp import CPP
from aiev_interpreter.languages.go import GO
from aiev_interpreter.languages.java import JAVA
from aiev_interpreter.languages.javascript import JAVASCRIPT
from aiev_interpreter.languages.language import SUPPORT, Language, Plan, Trial
from aiev_interpreter.languages.python import PYTHON
from aiev_interpreter.languages.rust import RUST
from aiev_interpreter.languages.typescript import TYPESCRIPT

__all__ = ["LANGUAGES", "SUPPORT", "Language", "Plan", "Trial", "UnknownLanguage", "language_named"]

LANGUAGES: tuple[Language, ...] = (PYTHON, JAVASCRIPT, TYPESCRIPT, JAVA, CPP, RUST, GO, BASH)
_BY_NAME = {name: one for one in LANGUAGES for name in (*one.fences, *one.aliases, one.name)}


class UnknownLanguage(ValueError):  # noqa: N818 - reads as the state it is
    """No language has this name."""


def language_named(name: str) -> Language:
    """The language with this name or alias, in upper or lower case.

    Raises:
        UnknownLanguage: there is none; the message suggests the nearest name, or lists all.
    """
    wanted = name.strip().lower()
    if wanted in _BY_NAME:
        return _BY_NAME[wanted]
    near = difflib.get_close_matches(wanted, _BY_NAME, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(one.name for one in LANGUAGES)}"
    raise UnknownLanguage(f"no language is named {name!r}; {hint}")
