"""Other values for a function to return: none, zero or empty, as its declared type allows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev.evidence.trees import FUNCTIONS, named, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_RETURNS = frozenset({"return_statement", "return_expression"})
_INTEGER = (
    r"(?:unsigned |long |short )*(?:int|long|short|byte|char|size_t|u?int\d*(?:_t)?|[iu](?:8|16|32|64|128|size)|rune)"
)
_VALUES: dict[str, dict[str, str]] = {
    "typescript": {r"number": "0", r"string": '""', r"boolean": "false", r".*\[\]|Array<.*": "[]"},
    "java": {
        rf"{_INTEGER}|double|float": "0",
        r"boolean": "false",
        r"String": '""',
        r"[A-Z]\w*(?:<.*>)?|.*\[\]": "null",
    },
    "cpp": {
        rf"{_INTEGER}|double|float": "0",
        r"bool": "false",
        r"(?:std::)?string": '""',
        r"(?:std::)?(?:vector|map|set)<.*>": "{}",
    },
    "rust": {
        _INTEGER: "0",
        r"f32|f64": "0.0",
        r"bool": "false",
        r"String": "String::new()",
        r"&(?:'static )?str": '""',
        r"Vec<.*>": "Vec::new()",
        r"Option<.*>": "None",
    },
    "go": {
        rf"{_INTEGER}|float32|float64": "0",
        r"bool": "false",
        r"string": '""',
        r"\[\].*|map\[.*|\*.*|error": "nil",
    },
}
"""By language: patterns of declared types, and a value of each."""


def other_returns(node: Node, language: str) -> Iterator[tuple[Node, str]]:
    """What a node returns, with another value for it; nothing when it returns nothing."""
    if language == "bash":
        yield from _printed(node)
        return
    value = named(node)[0] if node.type in _RETURNS and named(node) else _tail(node) if language == "rust" else None
    if value is None:
        return
    other = {"python": "None", "javascript": "undefined"}.get(language) or _of_type(value, language)
    text = text_of(value)
    if other == "0" and text == "0":
        other = "1"
    if other and other != text and not ({other, text} <= {"None", "undefined", "null", "nil"}):
        yield value, other


def _tail(node: Node) -> Node | None:
    """The expression that a function of Rust ends with."""
    outer = node.parent
    if node.type != "block" or outer is None or outer.type != "function_item" or not named(node):
        return None
    last = named(node)[-1]
    plain = last.type not in {"expression_statement", "let_declaration", "macro_invocation"} and not last.type.endswith(
        "_item"
    )
    return last if plain else None


def _of_type(value: Node, language: str) -> str:
    """A plain value of the type that the function around an expression declares."""
    outer = value.parent
    while outer is not None and outer.type not in FUNCTIONS:
        outer = outer.parent
    if outer is None:
        return ""
    declared = next(
        (one for field in ("return_type", "result", "type") if (one := outer.child_by_field_name(field)) is not None),
        None,
    )
    text = " ".join(text_of(declared).lstrip(": ").split()).removeprefix("const ").rstrip("& ")
    if not text and language == "typescript":
        return "undefined"
    return next((one for pattern, one in _VALUES.get(language, {}).items() if re.fullmatch(pattern, text)), "")


def _printed(node: Node) -> Iterator[tuple[Node, str]]:
    """What a function of Bash prints or the status it returns."""
    if node.type != "command" or not named(node):
        return
    head, *rest = named(node)
    if text_of(head) == "echo" and rest:
        yield rest[-1], '""' if text_of(rest[-1]) != '""' else "x"
    if text_of(head) == "return" and rest:
        yield rest[0], "1" if text_of(rest[0]) == "0" else "0"
