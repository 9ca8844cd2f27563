"""Why an assertion counts for nothing, by its syntax alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev.evidence.bindings import ASSIGNMENTS
from aiev.evidence.definitions import defined_names
from aiev.evidence.normal_form import calls_in, names_in
from aiev.evidence.trees import descendants, text_of, tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.evidence.assertion import Assertion

CONSTANT = "constant"
SELF_COMPARING = "self-comparing"
NO_CALL = "no call"
DUPLICATE = "duplicate"


def fault(assertion: Assertion, functions: frozenset[str]) -> str:
    """Why an assertion counts for nothing; empty when it does count.

    `functions` are names as `definitions.functions` gives them. `constant`: it names nothing of the program;
    `no call`: it names something and calls nothing; `self-comparing`: both sides are the same expression.
    """
    program = {word for name in functions for word in re.split(r"\W+", name) if word}
    text = f"{assertion.key} , {assertion.value}"
    if not program & set(names_in(text)):
        return CONSTANT
    if assertion.key == assertion.value:
        return SELF_COMPARING
    return "" if program & set(calls_in(text)) else NO_CALL


def faults(assertions: Sequence[Assertion], functions: frozenset[str]) -> tuple[str, ...]:
    """The fault of each assertion of a suite, with `duplicate` for one whose key and value came before."""
    seen: set[tuple[str, str]] = set()
    found = []
    for one in assertions:
        reason = fault(one, functions)
        found.append(reason or (DUPLICATE if one.call and (one.key, one.value) in seen else ""))
        seen.add((one.key, one.value))
    return tuple(found)


def redefines(tests: str, functions: frozenset[str], language: str) -> tuple[str, ...]:
    """Names of the program that its tests define or assign anew; taking them from a module is no definition."""
    root = tree(tests, language)
    if root is None:
        return ()
    names = set(defined_names(root))
    for node in descendants(root):
        if node.type in ASSIGNMENTS:
            left, right = (node.child_by_field_name(field) for field in ASSIGNMENTS[node.type])
            name = text_of(left)
            if right is not None and not re.search(rf"\brequire\b|\.{re.escape(name)}$", text_of(right)):
                names.add(name)
    return tuple(sorted(names & {name for name in functions if "." not in name}))
