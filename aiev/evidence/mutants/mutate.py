"""Makes the mutants of a program, and chooses among them.

Invariant: the same program, limit and seed give the same mutants; none equals another or the program; each parses
wherever the program does. Not covered: whether a mutant compiles or is equivalent, beyond what its syntax shows.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev.evidence.mutants.changes import changes
from aiev.evidence.mutants.skipped import StringNames, is_skipped
from aiev.evidence.trees import tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from aiev.evidence.mutants.changes import Change


@dataclass(frozen=True, slots=True)
class Mutant:
    """A program with one change."""

    kind: str
    """arithmetic, comparison, boundary, boolean, negation, constant, return or deletion."""
    line: int
    """Where the change is, from 1."""
    before: str
    after: str
    source: str
    """The whole program after the change."""


def mutants(program: str, language: str, limit: int, seed: str) -> tuple[Mutant, ...]:
    """At most `limit` mutants, in the order of their places; spread over kinds and lines when there are more.

    A program that does not parse has none.
    """
    root = tree(program, language)
    if root is None or root.has_error or limit < 1:
        return ()
    data = program.encode()
    seen = {program}
    made: list[tuple[int, Mutant]] = []
    for one in _spread(list(_changes(root, language, StringNames(program, language))), seed):
        mutant = _mutant(data, one)
        if mutant.source not in seen:
            seen.add(mutant.source)
            made.append((one.start, mutant))
        if len(made) == limit:
            break
    return tuple(mutant for _, mutant in sorted(made, key=lambda pair: (pair[0], pair[1].kind, pair[1].after)))


def _changes(node: Node, language: str, strings: StringNames) -> Iterator[Change]:
    if is_skipped(node, language):
        return
    yield from changes(node, language, strings)
    for child in node.children:
        if child.child_count or child.is_named:
            yield from _changes(child, language, strings)


def _spread(found: list[Change], seed: str) -> Iterator[Change]:
    """The changes, those of kinds and lines that had fewest first; among equals, a hash decides."""
    rest = sorted(
        found, key=lambda one: hashlib.sha256(f"{seed}\0{one.kind}\0{one.start}\0{one.text}".encode()).digest()
    )
    kinds: Counter[str] = Counter()
    lines: Counter[int] = Counter()
    while rest:
        one = min(rest, key=lambda one: kinds[one.kind] + lines[one.line])
        rest.remove(one)
        kinds[one.kind] += 1
        lines[one.line] += 1
        yield one


def _mutant(data: bytes, one: Change) -> Mutant:
    source = (data[: one.start] + one.text.encode() + data[one.end :]).decode()
    return Mutant(one.kind, one.line, data[one.start : one.end].decode(), one.text, source)
