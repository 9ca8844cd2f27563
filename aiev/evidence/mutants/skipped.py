"""What is left as it is: parts of a program that do not decide what it computes, and names that hold strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev.evidence.trees import CALLS, callee, named, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_KINDS = frozenset({
    *("comment", "line_comment", "block_comment", "type", "type_annotation", "type_parameters", "type_arguments"),
    *("import_statement", "import_from_statement", "future_import_statement", "import_declaration", "use_declaration"),
    *("package_clause", "package_declaration", "preproc_include", "preproc_def", "using_declaration", "attribute_item"),
    *("decorator", "annotation", "marker_annotation", "template_parameter_list", "template_argument_list"),
    *("generic_type", "interface_declaration", "type_alias_declaration", "type_declaration", "type_definition"),
    *("match_pattern", "switch_label", "raise_statement", "throw_statement", "throws", "assert_statement", "shebang"),
    *("regex", "raw_string_literal", "parameters", "formal_parameters", "parameter_list", "enum_item", "array_type"),
})  # fmt: skip
_PRINTS = re.compile(
    r"^(?:p?print|(?:logging|logger|log|_logger|self\.logger)\.\w+|console\.\w+|"
    r"System\.(?:out|err)\.\w+|warnings\.warn|fmt\.(?:Print|Fprint)\w*|log\.\w+|e?println?|panic|todo|unreachable|dbg|assert\w*|debug_assert\w*|"
    r"(?:std::)?f?printf)$"
)


def is_skipped(node: Node, language: str) -> bool:
    """Whether a node and what is below it are left as they are."""
    if node.type in _KINDS or node.type == "ERROR":
        return True
    if node.type in CALLS and language != "bash":
        return bool(_PRINTS.match(callee(node)))
    if node.type == "expression_statement":
        inner = named(node)
        if language == "python" and len(inner) == 1 and inner[0].type in {"string", "concatenated_string"}:
            return True
        if len(inner) == 1 and is_skipped(inner[0], language):
            return True
        return text_of(node).startswith(("std::cout", "cout", "std::cerr", "cerr"))
    return node.type == "if_statement" and text_of(node.child_by_field_name("condition")).startswith("__name__")


class StringNames:
    """Names that a typed program declares as strings, between which no minus compiles."""

    def __init__(self, program: str, language: str) -> None:
        pattern = _DECLARED.get(language)
        self._names = frozenset(re.findall(pattern, program)) if pattern else frozenset()

    def is_string(self, node: Node) -> bool:
        """Whether an expression is a string, as far as its syntax tells."""
        if "string" in node.type or text_of(node) in self._names:
            return True
        return node.type in {"binary_expression", "binary_operator"} and any(self.is_string(one) for one in named(node))


_DECLARED = {
    "java": r"\bString\s+(\w+)",
    "cpp": r"\bstring\s*&?\s*(\w+)",
    "go": r"\b(\w+)\s+string\b",
    "rust": r"\b(\w+)\s*:\s*&?(?:mut\s+)?(?:String|str)\b",
    "typescript": r"\b(\w+)\s*:\s*string\b(?!\[)",
}
