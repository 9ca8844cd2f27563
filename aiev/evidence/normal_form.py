"""The normal form of an expression: equal for texts that mean the same by layout and spelling.

Invariant: a form is one line; its strings are JSON strings, so that names outside of them can be found. Layout,
comments, quotes, redundant parentheses, trailing commas and the spelling of numbers (1.0 and 1.00, not 1 and 1.0) do
not show, and names that are bound stand for what they are bound to. Not covered: algebra; `1 + 2` and `3` differ.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from aiev.evidence.trees import named, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

MOST = 4000
"""Characters of a form; a longer one is cut, with its names kept and a hash in place of the rest."""
_NUMBERS = frozenset({
    *("integer", "float", "number", "number_literal", "integer_literal", "int_literal", "float_literal"),
    *("decimal_integer_literal", "decimal_floating_point_literal", "hex_integer_literal"),
})  # fmt: skip
_STRINGS = frozenset({
    *("string", "string_literal", "raw_string", "raw_string_literal", "interpreted_string_literal", "template_string"),
    *("word", "concatenated_string"),
})  # fmt: skip
_HOLES = frozenset({"interpolation", "template_substitution", "expansion", "simple_expansion", "command_substitution"})
_NAMES = frozenset({"identifier", "variable_name", "shorthand_property_identifier"})
_DOLLARS = frozenset({"simple_expansion", "expansion"})
_MEMBERS = frozenset({"attribute", "member_expression", "field_access"})
_NOT_VARIABLES = frozenset({
    *(("attribute", "attribute"), ("keyword_argument", "name"), ("method_invocation", "name")),
    *(("field_access", "field")),
})  # fmt: skip
"""Names that a tree calls identifiers though they name no variable: kind of the parent, and field in it."""
_POSTFIX = frozenset({
    *("call", "call_expression", "method_invocation", "attribute", "member_expression", "field_expression"),
    *("selector_expression", "field_access", "subscript", "subscript_expression", "index_expression"),
    *("macro_invocation", "object_creation_expression", "new_expression", "composite_literal"),
    "array_creation_expression",
})  # fmt: skip
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_NAME = re.compile(r"[^\W\d]\w*")


def form(node: Node, bound: Mapping[str, str] | None = None) -> str:
    """The normal form of an expression, with the forms of `bound` in place of those names."""
    return shortened(_form(node, bound or {}))


def shortened(text: str) -> str:
    """A form of at most `MOST` characters or so; equal for equal forms."""
    if len(text) <= MOST:
        return text
    names = " ".join(sorted(set(names_in(text)))[:100])[: MOST // 2]
    return f"{names} #{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:16]}"


def names_in(text: str) -> list[str]:
    """Names in a form, outside of its strings."""
    return _NAME.findall(_QUOTED.sub("", text))


def calls_in(text: str) -> list[str]:
    """Names in a form that are called."""
    return re.findall(r"([^\W\d]\w*) (?:! )?[({[]", _QUOTED.sub('""', text))


def _form(node: Node, bound: Mapping[str, str]) -> str:
    if node.type in _NUMBERS:
        return _number(text_of(node))
    if node.type in _STRINGS:
        return _string(node, bound)
    if node.type in _NAMES:
        return bound.get(text_of(node), text_of(node))
    if bound and node.type in _MEMBERS and (known := bound.get(text_of(node))) is not None:
        return known
    if node.type in _DOLLARS and (known := bound.get(text_of(node).strip("${}"))) is not None:
        return known
    if node.type == "command":
        return _command(node, bound)
    if not node.children:
        return text_of(node)
    return _joined(node, list(_parts(node, bound)))


def _parts(node: Node, bound: Mapping[str, str]) -> Iterator[str]:
    for index, child in enumerate(node.children):
        if "comment" in child.type or child.type in {";", "line_continuation"}:
            continue
        if (node.type, node.field_name_for_child(index)) in _NOT_VARIABLES:
            yield text_of(child)
        elif text := _form(child, bound):
            yield text


def _joined(node: Node, parts: list[str]) -> str:
    """One text of the parts; brackets stand around whatever has none, so that structure shows without precedence."""
    if len(parts) > 1 and parts[-1] in {")", "]", "}"} and parts[-2] == ",":
        del parts[-2]
    if node.type == "parenthesized_expression":
        parts = parts[1:-1]
    if len(parts) < 2 or node.type in _POSTFIX or parts[-1] in {")", "]", "}"}:  # noqa: PLR2004 - one part needs no brackets
        return " ".join(parts)
    return f"({' '.join(parts)})"


def _command(node: Node, bound: Mapping[str, str]) -> str:
    """A command of Bash, in the shape of a call."""
    head, *rest = [_form(child, bound) for child in node.named_children]
    return f"{json.loads(head) if head.startswith(chr(34)) else head} ( {' , '.join(rest)} )"


def _number(text: str) -> str:
    plain = text.replace("_", "").replace("'", "").lower()
    try:
        return str(int(plain, 0)) if len(plain) < 1000 else plain  # noqa: PLR2004 - int() of Python refuses 4,300 digits
    except ValueError:
        pass
    try:
        return repr(float(plain)) if plain.isascii() else plain
    except ValueError:
        return plain


def _string(node: Node, bound: Mapping[str, str]) -> str:
    """A string by its content; one with holes as it is written, or as its hole when it is nothing else."""
    if node.type == "concatenated_string":
        contents = [_content(child) for child in named(node)]
        return json.dumps("".join(contents)) if all(named(node)) else text_of(node)
    holes = [child for child in node.named_children if child.type in _HOLES]
    if not holes:
        return json.dumps(_content(node))
    if node.named_children == holes and len(holes) == 1 and text_of(holes[0]) == text_of(node).strip('"'):
        return _form(holes[0], bound)
    parts = [_form(hole, bound) for hole in holes]
    return f"{json.dumps(text_of(node))} % ( {' , '.join(parts)} )"


def _content(node: Node) -> str:
    """What stands between the quotes, with one spelling of the quotes and line ends inside; prefixes such as b stay."""
    match = re.match(r"(?s)([A-Za-z]{0,3})(\"\"\"|'''|[\"'`])(.*)\2$", text_of(node))
    if match is None:
        return text_of(node)
    prefix, content = match[1].lower().replace("u", ""), match[3]
    if "r" in prefix and "\\" not in content:
        prefix = prefix.replace("r", "")
    if "r" not in prefix:
        content = re.sub(r"\\([\"'`])", r"\1", content).replace("\n", "\\n")
    return f"{prefix}'{content}" if prefix else content
