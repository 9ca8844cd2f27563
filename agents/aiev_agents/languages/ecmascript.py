"""What JavaScript and TypeScript share: tests use Node's `assert` and see the program's names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev_agents.languages.splitting import Part, is_solution
from aiev_agents.languages.syntax import name_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

NOTE = "The tests begin with `const assert = require('assert');` and call the solution's functions by their names."
ASSERTIONS = "`assert.strictEqual` or `assert.deepStrictEqual` statements"
VALUES = "numbers, strings, arrays or objects"
_TEST = re.compile(
    r"^\s*(?:await\s+)?(?:assert\b|console\.assert|(?:describe|it|test\w*|suite|expect)\s*\()"
    r"|\b(?:require\(|from\s*)['\"](?:node:)?(?:assert|test|\./solution|@jest/globals|vitest)\b"
    r"|require\.main\s*===\s*module"
    r"|\bassert(?:\.\w+)?\(",
)
_DEFINITIONS = {
    *("function_declaration", "generator_function_declaration", "class_declaration", "abstract_class_declaration"),
    *("interface_declaration", "type_alias_declaration", "enum_declaration", "export_statement"),
}
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def sort(node: Node, text: str) -> Part:
    """Asserts, what loads them, and functions called `test...` are tests."""
    if node.type in _DEFINITIONS or _binds_function(node):
        named = name_of(node.named_children[0] if node.type == "lexical_declaration" else node)
        test = named.lower().startswith("test") and not is_solution(node, text_of(node))
        return Part.TESTS if test else Part.PROGRAM
    return Part.TESTS if _TEST.search(_COMMENT.sub("", text).lstrip()) else Part.PROGRAM


def _binds_function(node: Node) -> bool:
    """Whether a `const f = ...` gives a name to a function or class."""
    values = [child.child_by_field_name("value") for child in node.named_children]
    return any(value and value.type in {"arrow_function", "function_expression", "class"} for value in values)
