"""Tables of cases that tests of Python loop over: `for x, want in [(1, 2), (3, 4)]`, pytest.mark.parametrize."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiev.evidence.bindings import Bindings, Bound, targets
from aiev.evidence.trees import arguments, bare, callee, named, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_ROWS = 500
_SEQUENCES = frozenset({"list", "tuple", "set", "expression_list"})


@dataclass(frozen=True, slots=True)
class Row:
    """One case."""

    names: dict[str, Bound]
    span: tuple[int, int]
    """Bytes of the row."""


def table(node: Node | None, bindings: Bindings) -> list[Node] | None:
    """The rows of a literal table, or of a name that is bound to one; None when it is something else."""
    if node is None:
        return None
    node = bare(node)
    if node.type == "identifier" and (bound := bindings.get(text_of(node))) is not None and bound.node is not None:
        node = bare(bound.node) if bound.source is not None else node
    if node.type == "call" and callee(node).endswith(".items") and not arguments(node):
        owner = node.child_by_field_name("function")
        inner = owner.child_by_field_name("object") if owner is not None else None
        known = bindings.get(text_of(inner)) if inner is not None and inner.type == "identifier" else None
        node = known.node if known is not None and known.node is not None else inner or node
        return [one for one in named(node) if one.type == "pair"] if node.type == "dictionary" else None
    if node.type not in _SEQUENCES or any(one.type in {"list_splat", "for_in_clause"} for one in named(node)):
        return None
    return named(node)[:MOST_ROWS]


def rows(left: Node, cases: list[Node], bindings: Bindings) -> list[Row]:
    """The rows with their values under the names of `left`; nothing when one row does not fit."""
    names = _names(left)
    found = [_row(names, case, bindings) for case in cases]
    return [row for row in found if row is not None] if names and None not in found else []


def _names(left: Node) -> list[str]:
    """Names that a loop or a decorator gives to the parts of a row."""
    if left.type == "string":
        return [name.strip() for name in text_of(left).strip("\"'").split(",") if name.strip()]
    if left.type in {"list", "tuple"} and named(left) and all(one.type == "string" for one in named(left)):
        return [text_of(one).strip("\"'") for one in named(left)]
    if any(one.type not in {"identifier", "tuple_pattern"} for one in named(left)):
        return []
    return [text_of(name) for name in targets(left) if text_of(name) != "self"]


def _row(names: list[str], case: Node, bindings: Bindings) -> Row | None:
    span = (case.start_byte, case.end_byte)
    case = bare(case)
    if case.type == "call" and callee(case).endswith("param"):
        values = [one for one in arguments(case) if one.type != "keyword_argument"]
    else:
        values = [case] if len(names) == 1 else _parts(case, len(names))
    if len(values) != len(names):
        return None
    bound = [replace(bindings.bound(one), span=(one.start_byte, one.end_byte)) for one in values]
    return Row(dict(zip(names, bound, strict=True)), span)


def _parts(case: Node, wanted: int) -> list[Node]:
    """The values of a row; those of a row in a row, such as `((1, 2), 3)` for `(a, b), want`, one by one."""
    parts = named(case) if case.type in _SEQUENCES or case.type == "pair" else []
    if len(parts) == wanted or not any(one.type == "tuple" for one in parts):
        return parts
    flat = [inner for one in parts for inner in (named(one) if one.type == "tuple" else [one])]
    return flat if len(flat) == wanted else []
