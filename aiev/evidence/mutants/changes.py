"""The changes that can be made at one node of a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev.evidence.mutants.constants import other_constants
from aiev.evidence.mutants.returns import other_returns
from aiev.evidence.trees import bare, callee, descendants, named, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from aiev.evidence.mutants.skipped import StringNames

ARITHMETIC = {
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "//": "*",
    "%": "*",
    "**": "*",
    "<<": ">>",
    ">>": "<<",
    "&": "|",
    "|": "&",
    "^": "&",
    "+=": "-=",
    "-=": "+=",
    "*=": "+=",
    "/=": "*=",
    "//=": "*=",
    "%=": "*=",
    "**=": "*=",
}
BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "-lt": "-le", "-le": "-lt", "-gt": "-ge", "-ge": "-gt"}
COMPARISON = {
    "==": "!=",
    "!=": "==",
    "===": "!==",
    "!==": "===",
    "<": ">",
    ">": "<",
    "<=": ">=",
    ">=": "<=",
    "in": "not in",
    "not in": "in",
    "is": "is not",
    "is not": "is",
    "=": "!=",
    "-eq": "-ne",
    "-ne": "-eq",
    "-lt": "-gt",
    "-gt": "-lt",
}
BOOLEAN = {"and": "or", "or": "and", "&&": "||", "||": "&&"}
_BINARY = frozenset({"binary_operator", "boolean_operator", "comparison_operator", "binary_expression"})
_AUGMENTED = frozenset({
    *("augmented_assignment", "augmented_assignment_expression", "compound_assignment_expr", "assignment_expression"),
    *("assignment_statement",),
})  # fmt: skip
_CONDITIONAL = frozenset({
    *("if_statement", "elif_clause", "while_statement", "if_expression", "while_expression", "ternary_expression"),
})  # fmt: skip
_LOOP_HEADS = frozenset({"for_statement", "for_clause", "while_statement", "for_expression", "c_style_for_statement"})
_DELETED = frozenset({
    *("augmented_assignment", "augmented_assignment_expression", "compound_assignment_expr", "assignment_expression"),
    *("call", "call_expression", "method_invocation", "update_expression"),
})  # fmt: skip
_WHOLE_STATEMENTS = frozenset({"continue_statement", "inc_statement", "dec_statement"})
_NEUTRAL = {"+": {"0", "0.0"}, "-": {"0", "0.0"}, "*": {"1"}, "/": {"1"}, "//": {"1"}, "**": {"1"}}
"""What changes nothing on the right of an operator."""
_SEQUENCES = frozenset({"list", "array", "tuple"})
_BASH_PREFIXES = frozenset({"command", "declaration_command", "c_style_for_statement"})
"""What an assignment of Bash may be a part of."""
_LENGTHS = ("len", ".length", ".size", ".len")


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a text."""

    kind: str
    start: int
    end: int
    """Bytes of what is replaced."""
    text: str
    line: int


def changes(node: Node, language: str, strings: StringNames) -> Iterator[Change]:
    """The changes at a node itself, not below it."""
    if node.type in _BINARY or node.type in _AUGMENTED:
        yield from _operators(node, language, strings)
    if node.type in _CONDITIONAL:
        yield from _negation(node, language)
    for text in other_constants(node, language):
        yield _change("constant", node, text)
    for value, text in other_returns(node, language):
        yield _change("return", value, text)
    yield from _deletion(node, language)


def _change(kind: str, node: Node, text: str) -> Change:
    return Change(kind, node.start_byte, node.end_byte, text, node.start_point.row + 1)


def _operators(node: Node, language: str, strings: StringNames) -> Iterator[Change]:
    tokens = [child for child in node.children if not child.is_named or child.type == "test_operator"]
    sides = named(node)
    for token in tokens:
        text = text_of(token)
        if text in BOOLEAN:
            yield _change("boolean", token, BOOLEAN[text])
        elif node.type in _AUGMENTED or text in ARITHMETIC:
            if text in ARITHMETIC and not _same(text, sides, language, strings):
                yield _change("arithmetic", token, ARITHMETIC[text])
        elif not _is_length_check(text, sides):
            if text in BOUNDARY and not _is_word_test(node, language, text):
                yield _change("boundary", token, BOUNDARY[text])
            if text in COMPARISON:
                yield _change("comparison", token, COMPARISON[text])


def _same(operator: str, sides: list[Node], language: str, strings: StringNames) -> bool:
    """Whether another operator would change nothing, or would certainly not compile."""
    last = text_of(sides[-1]) if sides else ""
    if last in _NEUTRAL.get(operator.rstrip("="), ()):
        return True
    if operator in {"<<", ">>"} and language == "cpp":
        return True  # streams
    plain = [bare(one) for one in sides]
    return operator in {"+", "+="} and any(strings.is_string(one) or one.type in _SEQUENCES for one in plain)


def _is_length_check(operator: str, sides: list[Node]) -> bool:
    """`len(x) >= 0`, which always holds."""
    if operator not in {">=", "<"} or len(sides) != 2 or text_of(sides[1]) != "0":  # noqa: PLR2004 - two sides
        return False
    return text_of(sides[0]).rstrip("()").endswith(_LENGTHS) or callee(sides[0]) in {"len", "strlen"}


def _is_word_test(node: Node, language: str, operator: str) -> bool:
    """Whether `<` compares words of Bash, which knows no `<=` for them."""
    outer = node.parent
    return language == "bash" and operator in {"<", ">"} and outer is not None and outer.type == "test_command"


def _negation(node: Node, language: str) -> Iterator[Change]:
    condition = node.child_by_field_name("condition")
    if condition is None or any(one.type in {"let_condition", "let_chain"} for one in descendants(condition)):
        return
    text = text_of(condition)
    if bare(condition).type in {"true", "false", "boolean_literal"} and node.type.startswith("while"):
        return  # an endless loop, or one that never runs, says little and costs a time limit
    if text in {"true", "True"}:
        return
    if language == "bash":
        simple = condition.type in {"command", "test_command"}
        yield _change("negation", condition, f"! {text}" if simple else f"! {{ {text}; }}")
    elif language == "python":
        yield _change("negation", condition, f"{' ' if text.startswith('(') else ''}not ({text})")
    elif node.type == "ternary_expression" or language in {"go", "rust"}:
        yield _change("negation", condition, f"!({text})")
    else:
        yield _change("negation", condition, f"(!{text})")


def _deletion(node: Node, language: str) -> Iterator[Change]:
    """A statement that only changes something is left out."""
    if language == "bash":
        if node.type == "variable_assignment" and not _within(node, _BASH_PREFIXES):
            yield _change("deletion", node, ":")
        return
    augmented = node.type == "assignment_statement" and text_of(node.children[1]) != "="
    if node.type in _WHOLE_STATEMENTS or augmented or _only_changes(node):
        outer = node.parent
        if outer is None or outer.type not in _LOOP_HEADS or outer.child_by_field_name("body") == node:
            yield _change("deletion", node, {"python": "pass", "go": ""}.get(language, ";"))


def _only_changes(node: Node) -> bool:
    """Whether a statement calls or changes something and does nothing else."""
    inner = named(node) if node.type == "expression_statement" else []
    return len(inner) == 1 and inner[0].type in _DELETED


def _within(node: Node, kinds: frozenset[str]) -> bool:
    return node.parent is not None and node.parent.type in kinds
