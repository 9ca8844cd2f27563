"""Reads the assertions of a test suite from its syntax tree, in the order of the text.

Invariant: names that a test binds stand for what they are bound to; each row of a literal table (Python) and each call
of a helper that asserts gives assertions of its own. Not covered: conditions under which an assertion runs, and other
loops, whose assertions count once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aiev.evidence.bindings import ASSIGNMENTS, Bindings, Bound, definition, targets
from aiev.evidence.idioms import claims
from aiev.evidence.sides import Place, located
from aiev.evidence.tables import rows, table
from aiev.evidence.trees import FUNCTIONS, LAMBDAS, callee, descendants, named, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from aiev.evidence.assertion import Located
    from aiev.evidence.idioms.claim import Claim

MOST = 2000
"""Assertions that are read from a suite; helpers that call helpers could multiply them without end."""
MOST_CALLS = 3
"""Helpers in helpers that are followed."""
_LOOPS = {
    "for_statement": ("left", "right"),
    "for_in_statement": ("left", "right"),
    "range_clause": ("left", "right"),
    "for_expression": ("pattern", "value"),
    "enhanced_for_statement": ("name", "value"),
    "for_range_loop": ("declarator", "right"),
    "for_in_clause": ("left", "right"),
}
_BRANCHES = frozenset({"if_statement", "if_expression", "while_statement", "with_statement", "try_statement"}) | set(
    _LOOPS
)
_CHANGES = frozenset(
    {"augmented_assignment", "augmented_assignment_expression", "compound_assignment_expr", "delete_statement"}
)
_STATEMENTS = frozenset({"expression_statement", "call_expression", "command"})
_CLASSES = frozenset({"class_definition", "class_declaration", "class_specifier", "struct_specifier", "impl_item"})


@dataclass
class Reader:
    """Reads one suite."""

    language: str
    found: list[Located] = field(default_factory=list)
    helpers: dict[str, Node] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    """How often each helper is called."""

    def read(self, root: Node) -> list[Located]:
        """The assertions below a root."""
        bindings = Bindings()
        self._define(root, bindings)
        self._visit_all(named(root), bindings, Place())
        return self.found

    def _define(self, root: Node, bindings: Bindings) -> None:
        """Bind functions and classes of the tests, and note which of them assert for others."""
        called = [
            callee(node) for node in descendants(root) if node.type in {"call", "call_expression", "method_invocation"}
        ]
        for node in descendants(root):
            name = text_of(node.child_by_field_name("name")) if node.type in FUNCTIONS | _CLASSES else ""
            if not name or node.type in LAMBDAS:
                continue
            if node.parent == root or node.type in {"function_definition", "function_declaration"}:
                bindings.setdefault(name, definition(node))
            if node.type in FUNCTIONS and _parameters(node) and (count := called.count(name)) and self._asserts(node):
                self.helpers[name], self.calls[name] = node, count

    def _asserts(self, function: Node) -> bool:
        return any(claims(node, self.language) for node in descendants(function) if node.is_named)

    def _visit_all(self, nodes: list[Node], bindings: Bindings, place: Place) -> None:
        for node in sorted(nodes, key=_is_set_up):
            self._visit(node, bindings, place)

    def _visit(self, node: Node, bindings: Bindings, place: Place) -> None:
        if len(self.found) >= MOST or node.type == "comment":
            return
        found = claims(node, self.language)
        helper = (
            self.helpers.get(callee(node)) if node.type in {"call", "call_expression", "method_invocation"} else None
        )
        if found:
            self._claim(node, found, bindings, place)
        elif helper is not None and place.depth < MOST_CALLS:
            self._follow(helper, node, bindings, place)
        elif node.type in FUNCTIONS:
            self._function(node, bindings, place)
        elif node.type in ASSIGNMENTS:
            self._bind(node, bindings, place)
        elif node.type in _LOOPS:
            self._loop(node, bindings, place)
        else:
            self._other(node, bindings, place)

    def _other(self, node: Node, bindings: Bindings, place: Place) -> None:
        """A statement of another kind: what is in it is read, and what it changes is noted."""
        if node.type == "decorated_definition":
            return self._decorated(node, bindings, place)
        if node.type in _BRANCHES or node.type in _CLASSES:
            inner = Bindings(bindings)
            self._visit_all(named(node), inner, place)
            return _merge(bindings, inner)
        before = len(self.found)
        self._visit_all(named(node), bindings, place)
        if node.type in _CHANGES or (node.type in _STATEMENTS and len(self.found) == before and not _binds(node)):
            bindings.touch(node)
        return None

    def _claim(self, node: Node, found: list[Claim], bindings: Bindings, place: Place) -> None:
        bindings = Bindings(bindings) if found[0].before else bindings
        for statement in found[0].before:
            self._visit(
                statement, bindings, replace(place, statement=place.statement or (node.start_byte, node.end_byte))
            )
        for claim in found:
            one = located(claim, node, bindings, self.language, place)
            if self.language == "bash" and one.assertion.value.isdigit():  # all its values are strings
                one = replace(one, assertion=replace(one.assertion, value=f'"{one.assertion.value}"'))
            self.found.append(one)
        for claim in found:
            bindings.see(claim.left)
            if claim.right is not None:
                bindings.see(claim.right)

    def _function(self, node: Node, bindings: Bindings, place: Place) -> None:
        """A function runs by itself unless a helper's calls are followed."""
        if self.helpers.get(text_of(node.child_by_field_name("name"))) == node:
            return
        inner = Bindings(bindings)
        for name in (text_of(name) for name in _parameters(node)):
            if name in inner and not inner[name].fixed:  # a fixed one is a fixture of that name
                del inner[name]
        body = node.child_by_field_name("body")
        self._visit_all(named(body), inner, place)
        bindings.update({name: bound for name, bound in inner.items() if "." in name})

    def _bind(self, node: Node, bindings: Bindings, place: Place) -> None:
        left, right = (node.child_by_field_name(name) for name in ASSIGNMENTS[node.type])
        names = targets(left)
        if right is None:
            return
        if right.type in LAMBDAS or node.type == "lexical_declaration":
            self._visit(right, bindings, place)
        bound = bindings.bound(right)
        if (
            len(names) == 1
            and left is not None
            and left.type not in {"subscript", "subscript_expression", "index_expression"}
        ):
            bindings[text_of(names[0])] = bound
        elif left is not None and left.type.startswith("subscript"):
            bindings.touch(node)
        else:
            for index, name in enumerate(names):
                source = (
                    f"({bound.source})[{index}]" if bound.source and _flat(left) and self.language == "python" else None
                )
                bindings[text_of(name)] = Bound(f"{bound.form} [ {index} ]", source)

    def _loop(self, node: Node, bindings: Bindings, place: Place) -> None:
        left, right = (node.child_by_field_name(name) for name in _LOOPS[node.type])
        body = [child for child in named(node) if child not in (left, right)]
        cases = table(right, bindings) if self.language == "python" else None
        inner = Bindings(bindings)
        if left is not None and right is not None:
            for row in rows(left, cases or [], bindings):
                self._visit_all(body, Bindings({**inner, **row.names}), replace(place, row=row.span))
            if cases and rows(left, cases, bindings):
                return
            each = f"each {{ {bindings.form(right)} }}"
            inner.update({text_of(name): Bound(f"{each} [ {n} ]") for n, name in enumerate(targets(left))})
        self._visit_all(body, inner, place)
        _merge(bindings, inner)
        if node.type == "range_clause":  # its body stands beside it
            bindings.update(inner)

    def _decorated(self, node: Node, bindings: Bindings, place: Place) -> None:
        """A function whose decorator has a table of cases runs once for each row."""
        function = node.child_by_field_name("definition")
        for decorator in (child for child in node.children if child.type == "decorator"):
            call = named(decorator)[0] if named(decorator) else decorator
            if (
                function is None
                or call.type != "call"
                or not callee(call).endswith(("parametrize", "parameterized.expand"))
            ):
                continue
            given = named(call.child_by_field_name("arguments"))
            left = given[0] if callee(call).endswith("parametrize") else function.child_by_field_name("parameters")
            cases = table(given[-1], bindings) if given else None
            found = rows(left, cases, bindings) if left is not None and cases else []
            for row in found:
                inner = Bindings({**bindings, **row.names})
                self._visit_all(named(function.child_by_field_name("body")), inner, replace(place, row=row.span))
            if found:
                return
        self._visit_all([child for child in named(node) if child.type != "decorator"], bindings, place)

    def _follow(self, helper: Node, call: Node, bindings: Bindings, place: Place) -> None:
        """Read a helper with the arguments of one call in place of its parameters."""
        given = named(call.child_by_field_name("arguments"))
        inner = Bindings(bindings)
        keywords = {text_of(one.child_by_field_name("name")): one for one in given if one.type == "keyword_argument"}
        parameters = [text_of(name) for name in _parameters(helper)]
        values = dict(zip(parameters, (one for one in given if one.type != "keyword_argument"), strict=False))
        values |= {name: one.child_by_field_name("value") or one for name, one in keywords.items()}
        for name, value in values.items():
            inner[name] = replace(bindings.bound(value), span=(value.start_byte, value.end_byte))
        several = self.calls[text_of(helper.child_by_field_name("name"))] > 1
        span = (call.start_byte, call.end_byte) if several else None
        place = Place(place.statement or span, place.row, place.depth + 1)
        self._visit_all(named(helper.child_by_field_name("body")), inner, place)


def _is_set_up(node: Node) -> int:
    """Sorts what prepares the tests of a class before them."""
    return 0 if text_of(node.child_by_field_name("name")) in {"setUp", "setup_method", "setUpClass", "setup"} else 1


def _binds(node: Node) -> bool:
    return any(child.type in ASSIGNMENTS for child in node.children)


def _flat(left: Node | None) -> bool:
    return left is not None and all(child.type == "identifier" for child in named(left))


def _merge(bindings: Bindings, inner: Bindings) -> None:
    """What a branch bound may hold after it, but no expression says so."""
    for name, bound in inner.items():
        if bindings.get(name) != bound:
            bindings[name] = replace(bound, source=None, node=None, span=None)


def _parameters(function: Node) -> list[Node]:
    """Names of a function's parameters, without `self`."""
    found = function.child_by_field_name("parameters")
    if found is None:
        declarator = function.child_by_field_name("declarator")
        found = declarator.child_by_field_name("parameters") if declarator is not None else None
    names = [_name(one) for one in named(found)]
    return [one for one in names if one is not None and text_of(one) not in {"self", "cls"}]


def _name(parameter: Node) -> Node | None:
    """The name of a parameter."""
    if parameter.type == "identifier":
        return parameter
    inner = next(
        (one for name in ("name", "pattern", "declarator") if (one := parameter.child_by_field_name(name)) is not None),
        None,
    )
    inner = inner or next(iter(named(parameter)), None)
    return inner and _name(inner)
