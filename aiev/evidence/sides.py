"""Which side of a claim calls the program, and which is the value that it must give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev.evidence.assertion import Assertion, Located
from aiev.evidence.idioms.claim import MIRRORED, Claim
from aiev.evidence.normal_form import calls_in, names_in
from aiev.evidence.trees import bare, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from aiev.evidence.bindings import Bindings

_PYTHON_VALUES = frozenset({
    *("True", "False", "None", "nan", "inf", "set", "frozenset", "dict", "list", "tuple", "Counter", "OrderedDict"),
    *("defaultdict", "deque", "float", "int", "str", "bool", "bytes", "complex", "Decimal", "Fraction", "date"),
    *("datetime", "range", "math", "collections", "abs", "pytest"),
})  # fmt: skip
_VALUES = frozenset({
    *("true", "false", "null", "undefined", "nil", "nullptr", "NaN", "Infinity", "new", "None", "list", "tuple", "set"),
    *("Arrays", "asList", "List", "Set", "Map", "of", "ArrayList", "HashMap", "HashSet", "Integer", "Double", "String"),
    *("Long", "Array", "Some", "Ok", "Err", "vec", "to_string", "from", "into", "to_owned", "std", "vector", "string"),
    *("pair", "make_pair", "make_tuple", "int", "int64", "float", "float64", "byte", "rune", "map", "double", "char"),
    *("long", "bool", "boolean", "interface", "i32", "i64", "u8", "u32", "u64", "usize", "f32", "f64", "str"),
    *("collect", "Vec", "Optional", "empty", "as"),
})  # fmt: skip
"""Names that may stand in a value: types, their constructors and constants of Python, and of the other languages."""
_TRUTHS = {"True": "True", "true": "True", "1": "1", "False": "False", "false": "False"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader is: the helper's call, and the row of a table, that it came through."""

    statement: tuple[int, int] | None = None
    row: tuple[int, int] | None = None
    depth: int = 0
    """Helpers that were entered."""


def located(claim: Claim, node: Node, bindings: Bindings, language: str, place: Place) -> Located:
    """The assertion that a claim makes, where its names stand for what is bound to them."""
    if claim.right is None or claim.relation in {"raises", "length", "instance", "matches"}:
        left, right = claim.left, claim.right
    else:
        left, right = _turned(claim, bindings, language)
    left, right = bare(left), right and bare(right)
    relation = claim.relation if left == bare(claim.left) else MIRRORED.get(claim.relation, claim.relation)
    key = _key(claim, left, right, bindings)
    value = _value(claim, relation, right, bindings)
    call = _call(claim, left, bindings) if calls_in(bindings.form(left)) or claim.passed is not None else ""
    plain = right is not None and _is_value(bindings.form(left), language)
    call = "" if plain or call is None else call
    expected = _expected(relation, right, bindings, language) if call else ""
    if expected is None or not call:
        call = expected = ""
    assertion = Assertion(_source(node, place.row), call, expected, relation, key, value)
    statement = place.statement or (node.start_byte, node.end_byte)
    inside = place.statement is None
    expects, actual = (_span(side, bindings, claim, inside=inside) for side in (right, left))
    return Located(assertion, statement, expects, actual, place.row)


def _source(node: Node, row: tuple[int, int] | None) -> str:
    if row is None:
        return text_of(node)
    root = node
    while root.parent is not None:
        root = root.parent
    return (root.text or b"")[row[0] - root.start_byte : row[1] - root.start_byte].decode(errors="replace")


def _turned(claim: Claim, bindings: Bindings, language: str) -> tuple[Node, Node]:
    """The sides, the one that calls the program first."""
    assert claim.right is not None  # noqa: S101 - for mypy; the caller looked
    left, right = claim.left, claim.right
    one, other = bindings.form(left), bindings.form(right)
    if _is_value(one, language) != _is_value(other, language):
        return (right, left) if _is_value(one, language) else (left, right)
    if bool(calls_in(one)) != bool(calls_in(other)):
        return (left, right) if calls_in(one) else (right, left)
    return (right, left) if claim.value_first else (left, right)


def _is_value(form: str, language: str) -> bool:
    """Whether a form names nothing but types and constants."""
    values = _PYTHON_VALUES if language == "python" else _VALUES
    return all(name in values or name.isupper() for name in names_in(form))


def _key(claim: Claim, left: Node, right: Node | None, bindings: Bindings) -> str:
    form = bindings.form(left)
    if not calls_in(form) and (right is None or not calls_in(bindings.form(right))):
        form = bindings.after_seen().form(left)
    if claim.passed is not None:
        form = f"{form} ( {' , '.join(bindings.form(one) for one in claim.passed)} )" if claim.passed else f"{form} ( )"
    if claim.before and claim.relation == "raises":
        form = " ; ".join([*(bindings.form(one) for one in claim.before), form])
    return form if claim.relation != "length" else f"length ( {form} )"


def _value(claim: Claim, relation: str, right: Node | None, bindings: Bindings) -> str:
    if right is None:
        return {"true": "True", "false": "False", "none": "None"}.get(relation, relation)
    value = bindings.form(right)
    if claim.extra:
        value = f"{value} ( {' , '.join(bindings.form(one) for one in claim.extra)} )"
    return _TRUTHS.get(value, value) if relation in {"==", "is", "length"} else f"{relation} {value}"


def _call(claim: Claim, left: Node, bindings: Bindings) -> str | None:
    source = bindings.source(left)
    if claim.passed is None or source is None:
        return source if not claim.before or claim.relation != "raises" else None
    given = [bindings.source(one) for one in claim.passed]
    return f"{source}({', '.join(one for one in given if one is not None)})" if None not in given else None


def _expected(relation: str, right: Node | None, bindings: Bindings, language: str) -> str | None:
    """The text of the value; None when no expression gives it."""
    if right is not None:
        return bindings.source(right)
    truths = ("True", "False") if language == "python" else ("true", "false")
    named_values = {"true": truths[0], "false": truths[1], "none": "None"}
    return named_values.get(relation, relation)


def _span(side: Node | None, bindings: Bindings, claim: Claim, *, inside: bool) -> tuple[int, int] | None:
    if side is None:
        return None
    known = bindings.get(text_of(side))
    if known is not None and known.span is not None:
        return known.span
    return (side.start_byte + claim.offset, side.end_byte + claim.offset) if inside else None
