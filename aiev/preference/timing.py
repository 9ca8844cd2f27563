"""Measures how long programs of equal behaviour take on large inputs.

The calls of the test units that the programs pass are made larger by their types, step by step, until the slowest
program takes a time that can be told from noise, while all programs give the same values. Then the programs take turns,
in one sandbox, each run in a fork of its own. Python only. Invariant: one measurement at a time in this process. Not
covered: what else the machine does meanwhile; `efficiency.py` believes only what both halves of the loops say.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.evidence.assertions import assertions
from aiev.evidence.running import run_matrix
from aiev.preference.efficiency import efficiency_pairs
from aiev.preference.judgement import trusted
from aiev.preference.scaling import KINDS, larger
from aiev_agents.languages import PYTHON
from aiev_interpreter.matrix import Cell, Matrix

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping, Sequence

    from aiev.preference.judgement import Judgement
    from aiev.preference.outcomes import Outcomes
    from aiev.preference.pair import Pair
    from aiev.preference.settings import PreferSettings
    from aiev_interpreter.limits import Limits
    from aiev_interpreter.protocol import Interpreter

STEPS = tuple(2**power for power in range(17))
"""How many times larger inputs are made, one after another."""
MOST_CALLS = 3
"""Calls that are timed together."""
MOST_PROGRAMS = 6
"""Programs that take turns, at most: the fastest and the slowest."""
REPEATS = tuple(2**power for power in range(11))
"""How often the calls are made in one run, one after another, where no larger input takes long enough."""
WARM_UPS = 1
ENOUGH = 2.0
"""How many times the shortest time that counts a run must take, since the smallest of all loops has to be above it."""


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Times programs of one problem.

    Args:
        interpreter: runs them.
        limits: of one run.
        settings: loops, the shortest time that counts, and the wall clock for all of it.
        language: of the programs; no others than Python's are timed.
        lock: held while anything is timed.
    """

    interpreter: Interpreter
    limits: Limits
    settings: PreferSettings
    language: str
    lock: asyncio.Lock

    async def pairs(
        self, programs: Sequence[str], units: Sequence[str], judgement: Judgement, outcomes: Outcomes
    ) -> tuple[Pair, ...]:
        """Pairs of a fast and a slow program of those that are taken for right; none where nothing is timed.

        Args:
            programs: of one problem.
            units: that they were run against.
            judgement: of the programs.
            outcomes: who passes what.
        """
        if not self.settings.efficiency or self.language != PYTHON or judgement.ambiguous:
            return ()
        right, by = trusted(programs, PYTHON, judgement, outcomes, self.settings)
        times = await self.times(right, [units[unit] for unit in by])
        return efficiency_pairs(programs, PYTHON, times, self.settings, machine())

    async def times(self, programs: Mapping[int, str], units: Sequence[str]) -> dict[int, list[float]]:
        """CPU seconds of each loop, by program; empty where nothing takes long enough to be told apart.

        Args:
            programs: that pass all of `units`, by number.
            units: whose calls are made larger.
        """
        calls = list(dict.fromkeys(one.call for unit in units for one in assertions(unit, PYTHON) if one.call))
        if len(programs) < 2 or not calls:  # noqa: PLR2004 - one program is faster than nothing
            return {}
        async with self.lock:
            found = await self._suite(programs, calls[:MOST_CALLS])
            if found is None:
                return {}
            suite, spent = found
            order = sorted(spent, key=lambda one: -spent[one])
            half = MOST_PROGRAMS // 2
            chosen = order if len(order) <= MOST_PROGRAMS else order[:half] + order[-half:]
            return await self._loops({one: programs[one] for one in chosen}, suite)

    async def _suite(self, programs: Mapping[int, str], calls: Sequence[str]) -> tuple[str, dict[int, float]] | None:
        """The smallest suite that takes some program long enough, and what each program takes for it."""
        longest = tuple(calls)
        for kinds in KINDS:
            for step in STEPS:
                made = larger(calls, step, kinds)
                spent, agree = await self._once(programs, _suite(made), made)
                if not agree or (step > 1 and made == tuple(calls)):
                    break
                longest = made
                if self._is_enough(spent):
                    return _suite(made), spent
        for repeat in REPEATS:
            spent, _ = await self._once(programs, suite := _suite(longest, repeat), ())
            if self._is_enough(spent):
                return suite, spent
        return None

    def _is_enough(self, spent: Mapping[int, float]) -> bool:
        return max(spent.values(), default=0.0) >= ENOUGH * self.settings.floor_seconds

    async def _once(
        self, programs: Mapping[int, str], suite: str, calls: Sequence[str]
    ) -> tuple[dict[int, float], bool]:
        """CPU seconds of each program for a suite, and whether all end it and give the same values for the calls."""
        result = await run_matrix(self.interpreter, self._matrix(list(programs.values()), suite, calls))
        cells = [row[0] for row in result.cells]
        if len(cells) != len(programs) or set(cells) != {Cell.PASSED} or len(set(result.values)) > 1:
            return {}, False
        seconds = (row[0] or 0.0 for row in result.cpu_seconds)
        raised = any(value.startswith("!") or not value for row in result.values for value in row)
        return dict(zip(programs, seconds, strict=True)), not raised

    async def _loops(self, programs: Mapping[int, str], suite: str) -> dict[int, list[float]]:
        """CPU seconds of each loop; the programs take turns, the slowest first."""
        rounds = WARM_UPS + 2 * self.settings.loops
        result = await run_matrix(self.interpreter, self._matrix([*programs.values()] * rounds, suite, ()))
        times: dict[int, list[float]] = {one: [] for one in programs}
        for turn, (cells, seconds) in enumerate(zip(result.cells, result.cpu_seconds, strict=True)):
            if cells[0] is not Cell.PASSED or seconds[0] is None:
                return {}
            if turn >= WARM_UPS * len(programs):
                times[list(programs)[turn % len(programs)]].append(seconds[0])
        return times

    def _matrix(self, programs: Sequence[str], suite: str, calls: Sequence[str]) -> Matrix:
        return Matrix(tuple(programs), (suite,), tuple(calls), limits=self.limits, seconds=self.settings.seconds)


@cache
def machine() -> str:
    """The processor that times are measured on, and how many of them there are."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n")
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    return f"{os.cpu_count()} x {model}"


def _suite(calls: Sequence[str], repeat: int = 1) -> str:
    """A suite that makes calls and asserts nothing."""
    lines = [f"for _ in range({repeat}):", *(f"    {call}" for call in calls)] if repeat > 1 else calls
    return "\n".join(lines) + "\n"
