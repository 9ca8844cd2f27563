"""Other constants in place of one: numbers beside it, another string, the other truth value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.evidence.trees import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_INTEGERS = frozenset(
    {"integer", "number", "number_literal", "decimal_integer_literal", "integer_literal", "int_literal"}
)
_FLOATS = frozenset({"float", "decimal_floating_point_literal", "float_literal"})
_STRINGS = frozenset({"string", "string_literal", "interpreted_string_literal"})
_CONSTANTS = _INTEGERS | _FLOATS | _STRINGS | {"true", "false", "boolean_literal"}
_TRUTHS = {"True": "False", "False": "True", "true": "false", "false": "true"}
_TRUTH_NODES = frozenset({"true", "false", "boolean_literal"})
_LABELS = frozenset(
    {"case_statement", "expression_case", "switch_case", "case_item", "case_clause", "enumerator", "pair", "directive"}
)
_DIVISIONS = frozenset({"/", "%", "//", "/=", "%="})
_LOOPS = frozenset({"while_statement", "while_expression", "do_statement"})


def other_constants(node: Node, language: str) -> Iterator[str]:
    """Texts of other constants; none when a node is no constant, or labels a case."""
    if node.type not in _CONSTANTS:
        return
    outer = node.parent
    if outer is None or (outer.type in _LABELS and outer.named_children[0] == node):
        return
    text = text_of(node)
    if node.type in _TRUTH_NODES and text in _TRUTHS:
        if not _is_loop_condition(node):
            yield _TRUTHS[text]
    elif node.type in _INTEGERS and text.isascii() and text.isdigit() and len(text) < 18:  # noqa: PLR2004 - of 64 bits
        number = int(text)
        yield str(number + 1)
        if number > 0 and not (number == 1 and outer.children and _divides(node, outer)):
            yield str(number - 1)
    elif node.type in _INTEGERS | _FLOATS and _is_float(text):
        yield f"{float(text) + 1!r}"
    elif node.type in _STRINGS and language != "bash":
        yield from _other_string(node, text)


def _is_float(text: str) -> bool:
    head, dot, tail = text.partition(".")
    return bool(dot) and head.isdigit() and tail.isdigit() and len(text) < 18  # noqa: PLR2004 - exact as a double


def _divides(node: Node, outer: Node) -> bool:
    """Whether a constant is what something is divided by; some compilers refuse a zero there."""
    return any(child.type in _DIVISIONS for child in outer.children) and outer.children[-1] == node


def _is_loop_condition(node: Node) -> bool:
    outer = node.parent
    while outer is not None and outer.type == "parenthesized_expression":
        outer = outer.parent
    return outer is not None and outer.type in _LOOPS | {"for_statement"}


def _other_string(node: Node, text: str) -> Iterator[str]:
    """An empty string for one with content, and one letter for an empty one; strings with holes stay."""
    quote = text[0]
    if (
        quote not in "\"'"
        or any(child.type == "interpolation" for child in node.children)
        or text.startswith(quote * 3)
    ):
        return
    yield f"{quote}{quote}" if len(text) > 2 else f"{quote}x{quote}"  # noqa: PLR2004 - more than its quotes
