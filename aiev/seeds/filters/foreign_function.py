"""What filters ask of a function in another language than Python: what it takes, returns and needs.

All is told by its syntax tree. Invariant: names are collected without regard to scopes inside the function; one that
uses a name before or outside of its binding counts as binding it. Not covered: types of values, overloads, names that
macros bind.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from aiev.seeds.filters.python_function import BATCH
from aiev.seeds.snippet import FUNCTION
from aiev_agents.languages import PYTHON
from aiev_agents.languages.syntax import name_of, parse, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from aiev.seeds.snippet import Snippet

_FUNCTIONS = {
    *("function_declaration", "generator_function_declaration", "arrow_function", "function_expression"),
    *("function_definition", "method_declaration", "function_item"),
}
_NAMES = {
    *("identifier", "type_identifier", "namespace_identifier", "package_identifier"),
    *("shorthand_property_identifier", "shorthand_property_identifier_pattern", "shorthand_field_identifier"),
}
_ALWAYS_BOUND = {"shorthand_property_identifier_pattern", "shorthand_field_identifier"}
_BINDING_FIELDS = {"pattern", "declarator", "parameter", "variable", "alias"}
_NAMED = _FUNCTIONS | {
    *("variable_declarator", "formal_parameter", "enhanced_for_statement", "catch_formal_parameter", "resource"),
    *("parameter_declaration", "variadic_parameter_declaration", "var_spec", "const_spec", "type_spec", "const_item"),
    *("type_parameter", "type_parameter_declaration", "const_parameter", "class_declaration", "class", "static_item"),
    *("instanceof_expression", "struct_item", "record_declaration", "alias_declaration", "const_parameter"),
}
"""Nodes whose field `name` binds it."""
_BINDING_LEFT = {"for_in_statement", "short_var_declaration", "range_clause", "assignment_pattern"}
_BINDING_PARENTS = {
    *("formal_parameters", "closure_parameters", "inferred_parameters", "type_parameter", "type_parameters"),
    *("type_parameter_declaration", "use_declaration", "use_list", "scoped_use_list", "lambda_expression"),
}
_QUALIFIED = {"scoped_identifier", "scoped_type_identifier", "qualified_identifier", "qualified_type"}
_NOT_BINDING = {"type", "value", "size", "key", "right", "arguments", "condition", "body", "bounds", "parameters"}
_MEMBERS = {("field_access", "field"), ("keyed_element", "key")}
_OF_OBJECTS = {"this", "self", "super", "self_parameter"}
_READING = {"read", "mapfile", "readarray", "getopts", "printf"}
"""Commands of Bash that set variables named by their arguments."""
_SHELL_VARIABLES = {"IFS", "RANDOM", "REPLY", "MAPFILE", "OPTARG", "OPTIND", "SECONDS", "LINENO"}
_RETURNS = {"return_statement", "return_expression", "yield_expression", "throw_statement"}


def foreign_function(snippet: Snippet) -> Node | None:
    """The function of a snippet; None when it is Python, no function, or has syntax errors."""
    if snippet.kind != FUNCTION or snippet.language == PYTHON:
        return None
    return _function(snippet.content, snippet.language)


@lru_cache(maxsize=2 * BATCH)
def _function(content: str, language: str) -> Node | None:
    """The first function of a text. A Java method is parsed inside of a class."""
    root = parse(f"class Seed {{\n{content}\n}}" if language == "java" else content, language)
    return None if root.has_error else next((node for node in _walk(root) if node.type in _FUNCTIONS), None)


def takes_arguments(function: Node, language: str) -> bool:
    """Whether a function has parameters; in Bash, whether it reads positional ones."""
    if language == "bash":
        return bool(re.search(r"\$\{?[1-9@*#]", text_of(function)))
    if function.child_by_field_name("parameter"):
        return True
    holder = function.child_by_field_name("declarator") if language == "cpp" else function
    while holder is not None and holder.child_by_field_name("parameters") is None:
        holder = holder.child_by_field_name("declarator") or next(
            (child for child in holder.named_children if child.type == "function_declarator"), None
        )
    parameters = holder.child_by_field_name("parameters") if holder is not None else None
    return bool(parameters and any("comment" not in child.type for child in parameters.named_children))


def returns_value(function: Node, language: str) -> bool:
    """Whether a function returns a value; in Bash, whether it prints one."""
    body = function.child_by_field_name("body")
    match language:
        case "bash":
            return bool(re.search(r"\b(?:echo|printf|cat|sed|awk|tr|cut|sort|return [0-9$])\b", text_of(body)))
        case "rust":
            return function.child_by_field_name("return_type") is not None
        case "go":
            return function.child_by_field_name("result") is not None
        case "java" | "cpp":
            return text_of(function.child_by_field_name("type")) != "void"
        case _:
            if body is not None and body.type != "statement_block":
                return True
            return any(node.type in _RETURNS - {"throw_statement"} and node.named_children for node in _walk(function))


def belongs_to_object(function: Node) -> bool:
    """Whether a function uses the object that it is a method of."""
    return any(node.type in _OF_OBJECTS for node in _walk(function))


def free_names(function: Node, language: str) -> set[str]:
    """Names that a function uses and does not bind."""
    if language == "bash":
        return _free_in_bash(function)
    root = function
    while root.parent is not None:  # what is above a function binds too: template parameters, for example
        root = root.parent
    bound, used = set[str](), set[str]()
    _collect(root, bound, used)
    return used - bound


def qualified_names(function: Node) -> set[str]:
    """Names after `::`, such as the `fs` and `read` of `std::fs::read`."""
    return {
        text_of(child)
        for node in _walk(function)
        if node.type in _QUALIFIED
        for child in node.named_children
        if child.type in _NAMES
    }


def _collect(root: Node, bound: set[str], used: set[str]) -> None:
    """Sort the names below a node; a stack, since generated code nests deeper than Python recurses."""
    stack = [(root, False)]
    while stack:
        node, binding = stack.pop()
        for index, child in enumerate(node.children):
            field = node.field_name_for_child(index)
            if child.type == "attribute_item" or (node.type == "method_reference" and index > 0):
                continue
            if node.type == "token_tree" and child.prev_sibling is not None and child.prev_sibling.type in {".", "::"}:
                continue
            if _is_member(node, field, binding=binding):
                stack += [(part, False) for part in _parts_of_member(child)]
                continue
            binds = _binds(node, field, binding=binding)
            if child.type in _NAMES:
                (bound if binds or child.type in _ALWAYS_BOUND else used).add(text_of(child))
            else:
                stack.append((child, binds))


def _parts_of_member(node: Node) -> list[Node]:
    """Parts of a member's name that may hold further names: another path, or arguments in angle brackets."""
    if node.type in _QUALIFIED:
        return [node]
    arguments = node.child_by_field_name("arguments") or node.child_by_field_name("type_arguments")
    return [arguments] if arguments is not None else []


def _is_member(parent: Node, field: str | None, *, binding: bool) -> bool:
    """Whether a name belongs to the one before it; a method called on no object is a name of its own."""
    if (parent.type, field) == ("method_invocation", "name"):
        return parent.child_by_field_name("object") is not None
    return (parent.type, field) in _MEMBERS or (parent.type in _QUALIFIED and field == "name" and not binding)


def _binds(parent: Node, field: str | None, *, binding: bool) -> bool:
    """Whether a child in `field` binds a name; patterns pass on what holds for themselves."""
    if parent.type in _BINDING_PARENTS:
        return field not in {"bounds", "default_type", "body", "value"}
    if field in _BINDING_FIELDS or (field == "name" and parent.type in _NAMED):
        return True
    if binding and parent.type == "pair_pattern":
        return field == "value"
    if field == "left" and parent.type in _BINDING_LEFT:
        return True
    return binding and field not in _NOT_BINDING


def _free_in_bash(function: Node) -> set[str]:
    """Commands of a function, and variables that it never sets."""
    nodes = list(_walk(function))
    commands = {text_of(node) for node in nodes if node.type == "command_name"}
    defined = {name_of(node) for node in nodes if node.type == "function_definition"}
    setting = {"variable_assignment", "for_statement", "declaration_command", "c_style_for_statement"}
    names = [node for node in nodes if node.type == "variable_name"]
    bound = {text_of(node) for node in names if node.parent is not None and node.parent.type in setting}
    reading = [
        node for node in nodes if node.type == "command" and text_of(node.child_by_field_name("name")) in _READING
    ]
    bound |= {text_of(word) for node in reading for word in node.named_children[1:]}
    used = {text_of(node) for node in names} - bound
    special = {name for name in used if not name.isidentifier() or name.startswith(("BASH", "FUNC"))}
    return (commands - defined) | (used - special - _SHELL_VARIABLES)


def _walk(root: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(node.children)
