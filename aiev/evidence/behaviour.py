"""What the values of a program over many inputs say against it, without any other solution to compare with.

Invariant: only what no honest program does under telling tests counts: one value for every input, one for all tested
ones, or values for the tested inputs alone. Not covered: programs without arguments, which have one input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.evidence.agreement import RAISED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FEWEST_INPUTS = 5
"""Inputs below which nothing is said."""


def suspicions(tested: Sequence[str], further: Sequence[str], shared: Sequence[str] = ()) -> tuple[str, ...]:
    """What is suspicious about a program, each in one clause.

    Args:
        tested: its values for the calls of its tests.
        further: its values for inputs made from those; empty ones gave no answer in time.
        shared: of these, the ones that independent solutions give, too. Where they differ from each other, it matters
            little that the tests themselves tell nothing.
    """
    return tuple(_suspicions(set(tested) - {""}, [value for value in further if value], shared))


def _suspicions(tested: set[str], further: list[str], shared: Sequence[str]) -> Iterator[str]:
    if len(further) < FEWEST_INPUTS or not tested:
        return
    others = [value for value in further if value not in tested]
    if not others and len(tested) == 1:
        yield "the program gives the same value for every input"
    elif len(tested) == 1 and not (len(shared) >= FEWEST_INPUTS and len(set(shared)) > 1):
        yield "a program that gives one value for every input would pass the tests"
    elif len(tested) > 1 and len(others) >= FEWEST_INPUTS and _is_default(others):
        yield "the program answers the inputs of its tests alone"


def _is_default(values: list[str]) -> bool:
    """Whether all values are one, or errors."""
    return len({RAISED if value.startswith(RAISED) else value for value in values}) == 1
