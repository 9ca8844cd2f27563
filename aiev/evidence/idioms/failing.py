"""The idiom that every language has: a condition under which the test fails by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from aiev.evidence.idioms.condition import conditions
from aiev.evidence.trees import bare, named, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from aiev.evidence.idioms.claim import Claim

_FAILS = re.compile(
    r"^(?:raise\b|throw\b|t\.(?:Error|Fatal|Fail)\w*\(|panic!?\(|assert (?:False|0)\b|(?:(?:self|pytest)\.)?fail\(|"
    r"assert\.fail\(|(?:std::)?abort\(|(?:std::|process\.|System\.|os\.|sys\.)?exit\(\s*[^)0]|"
    r"return (?:1|-1|EXIT_FAILURE)\b)"
)


_BLOCKS = frozenset({"block", "statement_block", "compound_statement", "else_clause", "statement_list"})


def fails(node: Node | None) -> bool:
    """Whether a statement, or one of a block, ends the test as a failure."""
    if node is None:
        return False
    if node.type in _BLOCKS:
        return any(fails(child) for child in named(node))
    return bool(_FAILS.match(text_of(node)))


def guarded(node: Node) -> list[Claim]:
    """`if got != want: raise AssertionError` claims that `got` equals `want`."""
    condition, block = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    if node.type not in {"if_statement", "if_expression"} or condition is None or not fails(block):
        return []
    if node.child_by_field_name("alternative") is not None:
        return []
    first = node.child_by_field_name("initializer")
    inner = condition.child_by_field_name("value") or condition  # C++ has a clause of its own around it
    found = conditions(bare(inner), positive=False)
    return [replace(one, before=(first,) if first is not None else ()) for one in found]
