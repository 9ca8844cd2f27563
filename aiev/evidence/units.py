"""A suite taken apart into the smallest suites that run on their own.

Invariant: each unit carries the imports, helpers, fixtures and set-up that it needs. As in a whole suite, functions
called `test...` and classes of tests are not called by the text: what runs a suite calls them. Python only; in other
languages the whole suite is one unit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev.evidence.assertions import located_assertions
from aiev.evidence.bindings import ASSIGNMENTS, targets
from aiev.evidence.doctests import doctest_assertions
from aiev.evidence.editing import statement
from aiev.evidence.trees import arguments, callee, descendants, named, text_of, tree

if TYPE_CHECKING:
    from tree_sitter import Node

MOST = 500
"""Units of a suite; beyond, the rest runs as one."""
_IMPORTS = frozenset({"import_statement", "import_from_statement", "future_import_statement"})


def units(tests: str, language: str) -> tuple[str, ...]:
    """The smallest suites that a suite consists of, in its order; the suite itself where it cannot be taken apart.

    Python: each assertion at the top level with the other statements above it; each assertion of a test function that
    is a flat list of independent ones, else the whole function; each method of a class of tests; each example of a
    docstring. A loop over cases stays whole.
    """
    root = tree(tests, language) if language == "python" else None
    if root is None or root.has_error:
        return (tests,) if tests.strip() else ()
    found = _Suite(tests, root).units()
    sessions = (
        [line for one in doctest_assertions(tests) if (line := f"{statement(one)}\n").strip()] if ">>>" in tests else []
    )
    every = (*found, *sessions)
    return every if 0 < len(every) <= MOST else ((tests,) if tests.strip() else ())


class _Suite:
    def __init__(self, tests: str, root: Node) -> None:
        self.data = tests.encode()
        self.spans = sorted({place.statement for place in located_assertions(tests, "python")})
        self.nodes = named(root)
        functions = {_name(node): node for node in self.nodes if _definition(node).type == "function_definition"}
        self.asserting = {name for name, node in functions.items() if self._holds(node)}
        self.calls = {
            callee(node): text_of(node)
            for node in descendants(root)
            if node.type == "call"
            and callee(node) in self.asserting
            and (arguments(node) or not _is_test(callee(node)))
        }
        """How the text calls its functions that assert, those aside that are called anyway."""

    def units(self) -> list[str]:
        kinds = [(node, self._kind(node)) for node in self.nodes]
        shared = [self._text(node) for node, kind in kinds if kind == "shared"]
        above: list[str] = []
        found: list[str] = []
        for node, kind in kinds:
            if kind == "shared":
                above.append(self._text(node))
            elif kind == "assertion":
                found.append("\n".join([*above, self._text(node)]) + "\n")
            elif kind != "runner":
                pieces = self._methods(node) if kind == "class" else self._function(node)
                found += ["\n".join([*shared, piece]) + "\n" for piece in pieces]
        return found

    def _kind(self, node: Node) -> str:
        """What a statement at the top level is: shared, assertion, function (a test), class (of tests) or runner."""
        inner = _definition(node)
        if inner.type == "class_definition":
            return "class" if _test_methods(inner) and self._holds(inner) else "shared"
        if inner.type == "function_definition":
            runs = _is_test(_name(node)) or _name(node) in self.calls
            return "function" if runs and _name(node) in self.asserting else "shared"
        if self._holds(node) and not _is_main(node):
            return "assertion"
        return "runner" if _is_main(node) or self._calls_tests(node) else "shared"

    def _calls_tests(self, node: Node) -> bool:
        """Whether a statement does nothing but call a function of tests or start a framework."""
        inner = named(node)
        if node.type != "expression_statement" or not inner or inner[0].type != "call":
            return False
        return callee(inner[0]) in self.asserting | {"unittest.main", "pytest.main", "doctest.testmod"}

    def _holds(self, node: Node) -> bool:
        return any(node.start_byte <= start and end <= node.end_byte for start, end in self.spans)

    def _text(self, node: Node) -> str:
        return self._cut(node, [])

    def _cut(self, node: Node, removed: list[tuple[int, int]]) -> str:
        """The text of a node without some spans, which end at the ends of their statements."""
        text, end = b"", node.start_byte
        for start, stop in removed:
            text += self.data[end:start]
            end = stop
        return (text + self.data[end : node.end_byte]).decode()

    def _methods(self, node: Node) -> list[str]:
        """A class of tests, once for each of its tests, with the others left out."""
        methods = _test_methods(_definition(node))
        spans = [(one.start_byte, one.end_byte) for one in methods]
        return [self._cut(node, [span for span in spans if span != kept]) for kept in spans]

    def _function(self, node: Node) -> list[str]:
        """A test function, once for each of its assertions where they are independent."""
        call = f"\n{self.calls[_name(node)]}" if _name(node) in self.calls else ""
        body = named(_definition(node).child_by_field_name("body"))
        asserting = [one for one in body if self._holds(one)]
        others = [one for one in body if one not in asserting]
        if len(asserting) < 2 or _definition(node) != node or not _independent(asserting, others):  # noqa: PLR2004 - nothing to split
            return [self._text(node) + call]
        spans = [(one.start_byte, one.end_byte) for one in asserting]
        return [
            self._cut(node, [_with_separator(self.data, span) for span in spans if span != kept]) + call
            for kept in spans
        ]


def _definition(node: Node) -> Node:
    """A function or class without its decorators; anything else as it is."""
    return node.child_by_field_name("definition") or node


def _name(node: Node) -> str:
    return text_of(_definition(node).child_by_field_name("name"))


def _is_test(name: str) -> bool:
    """Whether what runs a suite calls a function of this name."""
    return name.startswith("test")


def _test_methods(node: Node) -> list[Node]:
    return [one for one in named(node.child_by_field_name("body")) if _is_test(_name(one))]


def _is_main(node: Node) -> bool:
    return node.type == "if_statement" and text_of(node.child_by_field_name("condition")).startswith("__name__")


def _independent(asserting: list[Node], others: list[Node]) -> bool:
    """Whether the assertions of a flat body do not depend on each other: only values are prepared between them."""
    names = set()
    for one in others:
        inner = named(one)[0] if one.type == "expression_statement" and named(one) else one
        if inner.type == "assignment":
            names |= {text_of(name) for name in targets(inner.child_by_field_name(ASSIGNMENTS["assignment"][0]))}
        elif one.type not in _IMPORTS and inner.type != "string":
            return False
    if any(one.type not in {"assert_statement", "expression_statement", "with_statement"} for one in asserting):
        return False
    called = [callee(node) for one in asserting for node in descendants(one) if node.type == "call"]
    return not any("." in name and name.partition(".")[0] in names for name in called)


def _with_separator(data: bytes, span: tuple[int, int]) -> tuple[int, int]:
    """A statement with the semicolon behind it."""
    separator = re.match(rb"[ \t]*;[ \t]*", data[span[1] :])
    return (span[0], span[1] + separator.end()) if separator else span
