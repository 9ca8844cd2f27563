"""Groups of programs and units that agree only among themselves, so that nothing tells which one is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiev.preference.outcomes import Passed

_AGREED = 2
"""Programs that make a group."""


def ambiguous(passed: Passed) -> bool:
    """Whether there are two groups without a unit in common that are both to be taken seriously.

    A group is as many programs as pass a unit in common, directly or through others. One program alone does not stand
    against a larger group; where nobody agrees with anybody, any two programs stand against each other. Programs that
    pass nothing, and units that all others pass, tell nothing about it.
    """
    sizes = sorted(_sizes(passed), reverse=True)
    return len(sizes) > 1 and sizes[1] >= min(_AGREED, sizes[0])


def _sizes(passed: Passed) -> list[int]:
    """Programs of each group."""
    found: list[tuple[int, set[int]]] = []
    working = [row for row in passed if any(row)]
    telling = [unit for unit, column in enumerate(zip(*working, strict=True)) if False in column]
    for row in working:
        units = {unit for unit in telling if row[unit]}
        if units:
            joined = [one for one in found if one[1] & units]
            found = [one for one in found if not one[1] & units]
            found.append((1 + sum(size for size, _ in joined), units.union(*(one for _, one in joined))))
    return [size for size, _ in found]
