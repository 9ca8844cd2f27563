"""How documented functions are found in the sources of each language.

Invariant: a file's extension names one language at most. Python is not in the table of rules: its functions hold their
documentation themselves (see `extract.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import splitext

from aiev_agents.languages import PYTHON

_EXTENSIONS = {
    PYTHON: (".py",),
    "javascript": (".js", ".mjs", ".cjs"),
    "typescript": (".ts", ".mts", ".cts"),
    "java": (".java",),
    "cpp": (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx"),
    "rust": (".rs",),
    "go": (".go",),
    "bash": (".sh", ".bash"),
}
EXTENSIONS = {extension: language for language, extensions in _EXTENSIONS.items() for extension in extensions}
"""Languages by the extensions of their files."""


def language_of(path: str) -> str | None:
    """The language of a file by its extension, in lower case; None when it is none of ours."""
    return EXTENSIONS.get(splitext(path)[1].lower())


@dataclass(frozen=True, slots=True)
class Rules:
    """How documented functions are found. The names are those of the tree-sitter grammars' nodes."""

    functions: frozenset[str]
    documentation: re.Pattern[str]
    """What a comment that documents something begins with."""
    inside: frozenset[str] = frozenset()
    """Nodes that functions are looked for in."""
    wrappers: frozenset[str] = frozenset()
    """Nodes that hold one function and begin where it does."""
    inner: re.Pattern[str] | None = None
    """What the first comment of a body begins with, where a function can be documented there."""


_BLOCK = re.compile(r"/\*\*(?![*/])")
_SCRIPT = Rules(
    functions=frozenset({"function_declaration", "generator_function_declaration"}),
    documentation=_BLOCK,
    inside=frozenset({"internal_module", "statement_block"}),
    wrappers=frozenset({"export_statement", "lexical_declaration"}),
)
RULES: dict[str, Rules] = {
    "javascript": _SCRIPT,
    "typescript": _SCRIPT,
    "java": Rules(
        functions=frozenset({"method_declaration"}),
        documentation=_BLOCK,
        inside=frozenset(
            {"class_declaration", "class_body", "interface_declaration", "interface_body", "record_declaration"}
        ),
    ),
    "cpp": Rules(
        functions=frozenset({"function_definition"}),
        documentation=re.compile(r"/\*[*!](?![*/])|//[/!](?!/)"),
        inside=frozenset(
            {"namespace_definition", "declaration_list", "linkage_specification"}
            | {"preproc_ifdef", "preproc_if", "preproc_else"}
        ),
        wrappers=frozenset({"template_declaration"}),
    ),
    "rust": Rules(
        functions=frozenset({"function_item"}),
        documentation=re.compile(r"///(?!/)|/\*\*(?![*/])"),
        inside=frozenset({"mod_item", "declaration_list"}),
        inner=re.compile(r"//!|/\*!"),
    ),
    "go": Rules(
        functions=frozenset({"function_declaration"}),
        documentation=re.compile(r"// ?(?!\s*\+build)[^\s/:]*(?:\s|$)|/\*"),
    ),
    "bash": Rules(functions=frozenset({"function_definition"}), documentation=re.compile(r"#+\s*\w")),
}
COMMENTS = frozenset({"comment", "line_comment", "block_comment"})
ATTRIBUTES = frozenset({"attribute_item", "attribute_declaration", "decorator"})
"""Nodes allowed between a comment and what it documents."""
