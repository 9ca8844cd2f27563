"""Groups of programs that pass the same units, and two ways to weigh them.

Invariant: a program with missing cells belongs to the first group that agrees with all that is known of it. A unit is
worth what the best group that passes it is worth. Not covered: groups that have no unit in common (`ambiguity.py`).

Sources: CodeT, arXiv 2207.10397 (a group's programs times its tests); B4, arXiv 2409.08692, section 4 (how likely a
group and its units are the right ones), with the priors that its authors publish.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma
from typing import TYPE_CHECKING

from aiev.evidence.scores import Scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.preference.outcomes import Passed, Row

_RIGHT = 1e3
"""Prior of B4 that a program, or a unit, is right."""
_BY_CHANCE = 1e4
"""Prior of B4 that a wrong program fails a wrong unit."""


@dataclass(slots=True)
class Group:
    """Programs that pass the same units."""

    programs: list[int]
    row: list[bool | None]
    """What is known of it from all its programs."""


def groups(passed: Passed) -> list[Group]:
    """Groups, those of the programs of which most is known first."""
    found: list[Group] = []
    for program in sorted(range(len(passed)), key=lambda one: sum(held is None for held in passed[one])):
        row = passed[program]
        group = next((one for one in found if _agree(one.row, row)), None)
        if group is None:
            found.append(Group([program], list(row)))
        else:
            group.programs.append(program)
            group.row = [new if old is None else old for old, new in zip(group.row, row, strict=True)]
    return found


def codet(passed: Passed) -> Scores:
    """Score programs and units by the groups' sizes."""
    found = groups(passed)
    values = [float(len(one.programs) * sum(held is True for held in one.row)) for one in found]
    best = max(values, default=0.0)
    return _spread(passed, found, [value / best if best else 0.0 for value in values])


def b4(passed: Passed) -> Scores:
    """Score programs and units by the groups' log posteriors, scaled to 0 for the worst group and 1 for the best."""
    found = [one for one in groups(passed) if any(one.row)]
    values = [_posterior(passed, one) for one in found]
    least, most = min(values, default=0.0), max(values, default=0.0)
    return _spread(passed, found, [(value - least) / (most - least) if most > least else 1.0 for value in values])


def _posterior(passed: Passed, group: Group) -> float:
    """Log posterior, but for a constant, that the group's programs and the units that they pass are the right ones."""
    others = [row for program, row in enumerate(passed) if program not in group.programs]
    right = [row[unit] for row in others for unit, held in enumerate(group.row) if held]
    wrong = [row[unit] for row in others for unit, held in enumerate(group.row) if held is False]
    inside = [program in group.programs for program in range(len(passed))]
    return (
        _log_beta(inside, alpha=_RIGHT)
        + _log_beta(group.row, alpha=_RIGHT)
        + _log_beta(right)
        + _log_beta(wrong, beta=_BY_CHANCE)
    )


def _log_beta(cells: Sequence[bool | None], *, alpha: float = 1.0, beta: float = 1.0) -> float:
    """Log of the Beta function of what is true and what is false, on top of a prior."""
    held, failed = alpha + sum(one is True for one in cells), beta + sum(one is False for one in cells)
    return lgamma(held) + lgamma(failed) - lgamma(held + failed)


def _spread(passed: Passed, found: Sequence[Group], values: Sequence[float]) -> Scores:
    """Scores of programs and units from those of groups."""
    units = len(passed[0]) if passed else 0
    by_program = {program: value for one, value in zip(found, values, strict=True) for program in one.programs}
    by_unit = (
        max((value for one, value in zip(found, values, strict=True) if one.row[unit]), default=0.0)
        for unit in range(units)
    )
    return Scores(tuple(by_program.get(program, 0.0) for program in range(len(passed))), tuple(by_unit))


def _agree(first: Row, second: Row) -> bool:
    pairs = zip(first, second, strict=True)
    return all(one is None or other is None or one == other for one, other in pairs)
