"""Which of a suite's own assertions count, by their syntax alone.

Invariant: an assertion that repeats another, compares a program with itself, names nothing of it or never calls it
counts for nothing, and neither does any assertion about a name that the tests define anew. Not covered: what held
while the tests ran, which the judge counts.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aiev.evidence.assertions import assertions
from aiev.evidence.definitions import functions
from aiev.evidence.faults import faults, redefines

if TYPE_CHECKING:
    from collections.abc import Iterator


def weaknesses(program: str, tests: str, language: str) -> tuple[str, ...]:
    """What is weak about a suite as a whole, each in one clause; empty when some assertion counts."""
    return tuple(_weaknesses(program, tests, language))


def _weaknesses(program: str, tests: str, language: str) -> Iterator[str]:
    names = frozenset(functions(program, language))
    if anew := redefines(tests, names, language):
        yield f"the tests define `{anew[0]}` anew"
        return
    found = assertions(tests, language)
    reasons = faults(found, names) if names else ()
    if reasons and all(reasons):
        kinds = Counter(reasons)
        yield "no test counts: " + ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
