"""How far pairs of efficiency can be believed on this machine.

A program is compared with itself (A/A: to be called different in at most 5 % of the comparisons), and one that takes
linear time with one that takes quadratic time (planted: to be found in at least 95 %).
"""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from figures import at_least, at_most, informs, report

from aiev.preference.efficiency import saved
from aiev.preference.settings import PreferSettings
from aiev.preference.timing import Stopwatch, machine
from aiev_interpreter import open_interpreter
from aiev_interpreter.limits import Limits
from aiev_interpreter.settings import InterpreterSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

TASKS = (
    ("[1, 2]", "sum(v)", "[sum(v[:n]) for n in range(len(v) + 1)][-1]"),
    ("[3, 1, 3]", "len(set(v))", "sum(one not in v[:n] for n, one in enumerate(v))"),
    ("[4, 9, 2]", "max(v)", "[max(v[: n + 1]) for n in range(len(v))][-1]"),
    ("[3, 1, 2]", "sorted(v)", "[sorted(v[: n + 1]) for n in range(len(v))][-1]"),
    ("'abca'", "v.count('a')", "sum(v[: n + 1].endswith('a') for n in range(len(v)))"),
    ("[5, 6]", "v[::-1]", "[v[n] for n in range(-1, -len(v) - 1, -1) if len(v[n:]) <= len(v)]"),
)
"""An argument, a body that takes linear time or little more, and one of equal value that takes quadratic time."""
SAME, FOUND = 0.05, 0.95


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="comparisons of each task")
    parser.add_argument("--backend", default="bubblewrap", help="sandbox")
    chosen = parser.parse_args()
    asyncio.run(measured(chosen.backend, chosen.repeats))


async def measured(backend: str, repeats: int) -> None:
    """Compare all tasks, and print the shares."""
    settings = PreferSettings()
    interpreter = await open_interpreter(InterpreterSettings(backend=backend), run_id="bench-timing")
    stopwatch = Stopwatch(interpreter, Limits(), settings, "python", asyncio.Lock())

    async def times(argument: str, bodies: Sequence[str]) -> list[list[float]]:
        programs = {place: f"def f(v):\n    return {body}\n" for place, body in enumerate(bodies)}
        found = await stopwatch.times(programs, [f"assert f({argument}) is not None\n"])
        return [found.get(place, []) for place in programs]

    same, planted = [], []
    for argument, linear, quadratic in TASKS * repeats:
        one, other = await times(argument, (quadratic, quadratic))
        same.append(max(saved(one, other, settings), saved(other, one, settings)) > 0 if one else None)
        fast, slow = await times(argument, (linear, quadratic))
        planted.append(bool(fast) and saved(fast, slow, settings) > 0)
    await interpreter.close()
    timed = [called for called in same if called is not None]
    against = f"{len(TASKS) * repeats} comparisons"
    figures = [
        informs("A/A that were timed", len(timed), "comparisons", against),
        at_most("A/A called different", sum(timed) / max(1, len(timed)), "of them", SAME, against),
        at_least("quadratic against linear, found", sum(planted) / len(planted), "of them", FOUND, against),
    ]
    report("preference_timing", figures, [machine()])


if __name__ == "__main__":
    main()
