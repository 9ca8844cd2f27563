"""Pairs of a fast program and a slow one, from CPU times that were measured in turn.

Noise only ever adds to a time, so the smallest of several counts; what comes and goes on a machine shows in one half of
the measurements alone, so both must say the same. Not covered: the measurements, and whether inputs are large enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.preference.pair import Kind, Pair, alike, matched

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiev.preference.outcomes import Passed
    from aiev.preference.settings import PreferSettings


def trusted_by(passed: Passed, best: int) -> tuple[int, ...]:
    """Programs that pass every unit that the best one passes; only these may be told apart by speed."""
    units = [unit for unit, held in enumerate(passed[best]) if held]
    return tuple(program for program, row in enumerate(passed) if units and all(row[unit] for unit in units))


def saved(fast: Sequence[float], slow: Sequence[float], settings: PreferSettings) -> float:
    """Share of the slow one's CPU time that the fast one saves, by the half that says less; 0 when it is not sure.

    Args:
        fast: seconds of each loop; the loops of both alternate, so that both have as many.
        slow: likewise.
        settings: how many loops each half needs, how much must be saved, and from which time on.
    """
    middle = len(fast) // 2
    if middle < settings.loops or len(slow) != len(fast) or min(slow) < settings.floor_seconds:
        return 0.0
    halves = [(min(fast[part]), min(slow[part])) for part in (slice(middle), slice(middle, None))]
    least = round(min(1 - quick / late for quick, late in halves), 9)  # so that 0.9 of a time saves a tenth
    return least if least >= settings.faster else 0.0


def efficiency_pairs(
    programs: Sequence[str],
    language: str,
    times: Mapping[int, Sequence[float]],
    settings: PreferSettings,
    machine: str = "",
) -> tuple[Pair, ...]:
    """The fastest against the slowest.

    Args:
        programs: their texts.
        language: of all of them.
        times: by program, CPU seconds of each loop; only programs that `trusted_by` names.
        settings: margins.
        machine: that the times were measured on, in words.
    """

    def gap(fast: int, slow: int) -> float:
        return 0.0 if alike(programs[fast], programs[slow], language) else saved(times[fast], times[slow], settings)

    def rule(fast: int, slow: int) -> str:
        return f"takes {min(times[fast]):.3g} s against {min(times[slow]):.3g} s" + f" ({machine})" * bool(machine)

    order = sorted((one for one in times if times[one]), key=lambda one: (min(times[one]), one))
    return tuple(
        Pair(Kind.EFFICIENCY, fast, slow, share, rule(fast, slow))
        for fast, slow, share in matched(order, gap, settings.pairs)
    )
