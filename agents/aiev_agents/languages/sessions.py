"""Sessions at a prompt: `>>> f(1)` with what it prints below.

Invariant: a session is neither program nor output; of Python's, what is printed becomes an assertion where it is a
literal. Not covered: sessions in docstrings, which belong to the program.
"""

from __future__ import annotations

import ast
import doctest
import re

from aiev_agents.languages.python import parses

_PROMPTS = re.compile(r"(?:>>>|\.\.\.|In \[\d*\]:|jshell>|[>$])(?:[ \t]|$)")
_PYTHON = ">>>"


def is_session(source: str) -> bool:
    """Whether a text begins at a prompt."""
    return bool(_PROMPTS.match(source.lstrip()))


def session_tests(source: str) -> str:
    """Assertions that say what a session of Python shows; empty where it shows nothing that can be compared."""
    if _PYTHON not in source:
        return ""
    try:
        examples = doctest.DocTestParser().get_examples(source)
    except ValueError:  # what is printed is indented otherwise than its prompt
        return ""
    said = [_said(example) for example in examples]
    return "\n".join(filter(None, said)) if any(line.startswith("assert ") for line in said) else ""


def _said(example: doctest.Example) -> str:
    """A statement as it is, a value that is shown as an assertion; empty for what cannot be compared."""
    source, want = example.source.strip(), example.want.strip()
    if not parses(source):
        return ""
    if not want:
        return source
    try:
        ast.parse(source, mode="eval")
        ast.literal_eval(want)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return f"assert ({source}) == {want}"
