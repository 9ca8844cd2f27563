"""What the names of a test stand for where an assertion reads them.

Invariant: a name that was bound once, and not touched since, stands for its expression, as a form and as source. What a
later statement does to it shows in its form, and it has no source any more. Not covered: aliases; a value changed
through a second name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiev.evidence.normal_form import calls_in, form, names_in, shortened
from aiev.evidence.trees import CALLS, descendants, named, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

ASSIGNMENTS = {
    "assignment": ("left", "right"),
    "assignment_expression": ("left", "right"),
    "assignment_statement": ("left", "right"),
    "short_var_declaration": ("left", "right"),
    "variable_declarator": ("name", "value"),
    "variable_assignment": ("name", "value"),
    "var_spec": ("name", "value"),
    "const_spec": ("name", "value"),
    "init_declarator": ("declarator", "value"),
    "let_declaration": ("pattern", "value"),
}
"""Nodes that bind, with the fields of the name and of its value."""
_NAMES = frozenset({"identifier", "variable_name"})
_MEMBERS = frozenset({"attribute", "member_expression", "field_access"})
_LOOSE = (
    "binary",
    "boolean",
    "comparison",
    "conditional",
    "ternary",
    "unary",
    "not_",
    "lambda",
    "arrow",
    "await",
    "cast",
    "new_",
    "creation",
)
"""Parts of the kinds of nodes that need brackets when something stands beside them."""
MOST_SOURCE = 20_000
"""Characters of a source that names were put into."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a name stands for."""

    form: str
    source: str | None = None
    """Text of the same value as an expression; None when no expression gives it."""
    node: Node | None = None
    span: tuple[int, int] | None = None
    """Bytes of the value, where it stands in a row of a table or in the call of a helper."""
    atomic: bool = True
    fixed: bool = False
    """Whether it is a definition, which no statement touches."""
    seen_by: tuple[str, ...] = ()
    """Forms of the assertions that passed it to something."""


class Bindings(dict[str, Bound]):
    """Names, and what they stand for."""

    def form(self, node: Node) -> str:
        """The normal form of an expression."""
        return form(node, {name: bound.form for name, bound in self.items()})

    def source(self, node: Node) -> str | None:
        """The expression as text with its names put in; None when that cannot be written."""
        text, start = node.text or b"", node.start_byte
        for name, bound in reversed(self._uses(node)):
            if bound.source is None:
                return None
            whole = bound.atomic or name == node
            put = bound.source if whole else f"({bound.source})"
            text = text[: name.start_byte - start] + put.encode() + text[name.end_byte - start :]
            if len(text) > MOST_SOURCE:
                return None
        return text.decode(errors="replace")

    def bound(self, node: Node) -> Bound:
        """What a name stands for that is bound to this expression."""
        return Bound(self.form(node), self.source(node), node, atomic=not any(part in node.type for part in _LOOSE))

    def touch(self, statement: Node) -> None:
        """Note what a statement does to the names that it mentions, other than by binding them."""
        done = form(statement)
        for name in {_spelled(node) for node, bound in self._uses(statement) if not bound.fixed}:
            changed = shortened(f"{self[name].form} ; {done}")
            self[name] = replace(self[name], form=changed, source=None, node=None, span=None)

    def see(self, expression: Node) -> None:
        """Note that an assertion passed names to a call, or called a method of them."""
        done = form(expression)
        for node, bound in self._uses(expression):
            name = _spelled(node)
            parent = node.parent
            received = parent is not None and parent.type in _MEMBERS | {"selector_expression", "method_invocation"}
            if not bound.fixed and len(bound.seen_by) < 100:  # noqa: PLR2004 - enough to tell assertions apart
                kept = None if received and _begins(bound.form) else bound.source
                self[name] = replace(self[name], seen_by=(*bound.seen_by, done), source=kept)

    def after_seen(self) -> Bindings:
        """The same names, each with the assertions that may have changed it."""
        changed = {
            name: replace(bound, form=shortened(" ; ".join((bound.form, *bound.seen_by)))) if bound.seen_by else bound
            for name, bound in self.items()
        }
        return Bindings(changed)

    def _uses(self, node: Node) -> list[tuple[Node, Bound]]:
        """Bound names in an expression, from left to right."""
        if not self:
            return []
        found: list[tuple[Node, Bound]] = []
        for one in _outermost(node, self):
            parent = one.parent
            if parent is not None and parent.type in {"simple_expansion", "expansion"}:
                found.append((parent, self[text_of(one)]))  # Bash's `$x`, dollar and all
            elif parent is None or not _is_label(one, parent):
                found.append((one, self[text_of(one)]))
        return found


def _spelled(node: Node) -> str:
    return text_of(node).strip("${}")


def _begins(value: str) -> bool:
    """Whether a value was made by a call, so that its methods may change it."""
    return bool(calls_in(value))


def _outermost(node: Node, names: Mapping[str, Bound]) -> list[Node]:
    if node.type in _NAMES | _MEMBERS and text_of(node) in names:
        return [node]
    return [found for child in node.children for found in _outermost(child, names)]


def _is_label(node: Node, parent: Node) -> bool:
    """Whether a name is an attribute or the keyword of an argument."""
    field = {"attribute": "attribute", "keyword_argument": "name", "method_invocation": "name", "field_access": "field"}
    label = parent.child_by_field_name(field[parent.type]) if parent.type in field else None
    return label is not None and label == node


def definition(node: Node) -> Bound:
    """A function or class of the tests, by what it does and calls; its name does not count."""
    whole = form(node.child_by_field_name("body") or node)
    called = " ".join(f"{name} ( )" for name in sorted(set(calls_in(whole)))[:50])
    others = " ".join(sorted(set(names_in(whole)))[:50])
    mark = shortened(whole + " " * 4001).rpartition("#")[2]
    return Bound(f"def {{ {called} {others} #{mark} }}", text_of(node.child_by_field_name("name")), fixed=True)


def has_call(node: Node) -> bool:
    """Whether an expression calls something."""
    return any(one.type in CALLS for one in descendants(node))


def targets(node: Node | None) -> list[Node]:
    """Names that an assignment or a loop binds, from left to right; empty for what it cannot follow."""
    if node is None:
        return []
    if node.type in _NAMES or node.type in _MEMBERS:
        return [node]
    return [name for child in named(node) for name in targets(child)]
