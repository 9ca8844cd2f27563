"""A matrix of Python programs and suites against what its cells cost as jobs of their own.

First 20 mutants of a program against its tests, in multiples of one warm run of the program, with what the judge
repeats of it; then 16 programs against 16 suites of one assertion each. Then 15 programs against 15 test units as
`aiev prefer` runs them, one sandbox a program, against 225 bare runs of Python one after another, and against 225 runs
of `aiev execute`, which are estimated from some.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from figures import at_least, at_most, informs, report

from aiev.preference.crossing import crossed
from aiev.preference.sample import sampled
from aiev_interpreter import Cell, Job, Matrix, open_interpreter
from aiev_interpreter.limits import Limits
from aiev_interpreter.settings import InstallSettings, InterpreterSettings

if TYPE_CHECKING:
    from figures import Figure

    from aiev_interpreter import Interpreter

PROGRAM = """def spans(numbers, gap=1):
    found = []
    for n in sorted(set(numbers)):
        if found and n - found[-1][1] <= gap:
            found[-1][1] = n
        else:
            found.append([n, n])
    return [(low, high) for low, high in found if high >= low]
"""
TESTS = """def test_spans():
    assert spans([]) == []
    assert spans([3]) == [(3, 3)]
    assert spans([1, 2, 3, 7, 8]) == [(1, 3), (7, 8)]
    assert spans([5, 1, 3], gap=2) == [(1, 5)]
    assert spans([2, 2, 9]) == [(2, 2), (9, 9)]
"""
CHANGES = (
    *(
        ("gap=1", "gap=0"),
        ("gap=1", "gap=2"),
        ("sorted(set(numbers))", "set(numbers)"),
        ("sorted(set(numbers))", "numbers"),
    ),
    *(
        ("found and", "found or"),
        ("n - found", "n + found"),
        ("found[-1][1] <=", "found[-1][0] <="),
        ("<= gap", "< gap"),
    ),
    *(("<= gap", ">= gap"), ("<= gap", "== gap"), ("<= gap", "!= gap"), ("[1] = n", "[0] = n"), ("= n\n", "= n + 1\n")),
    *(
        ("[n, n]", "[n, 0]"),
        ("[n, n]", "[n]"),
        ("found.append([n, n])", "pass"),
        ("(low, high) for", "(high, low) for"),
    ),
    *(("high >= low", "high > low"), ("high >= low", "high < low"), ("return [", "return () and [")),
)
LOOP = ("    for n in sorted(set(numbers)):\n", "    while True:\n        n = 1\n")
TIMES = 25.0
SIDE = 16
CROSSED = 15
EXECUTED = 4
"""Runs of `aiev execute` that the time of all is estimated from."""
FASTER = 10.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="runs behind each median")
    parser.add_argument("--backends", nargs="+", default=["docker", "bubblewrap"], help="sandboxes to measure")
    chosen = parser.parse_args()
    figures = [one for backend in chosen.backends for one in asyncio.run(measured(backend, chosen.runs))]
    figures += [one for backend in chosen.backends for one in cross_figures(backend)]
    report("matrix", figures, ["milliseconds are medians of a conversation's sandbox that is warm"])


async def measured(backend: str, runs: int) -> list[Figure]:
    """The figures of one backend."""
    interpreter = await open_interpreter(InterpreterSettings(backend=backend), run_id="bench-matrix")
    mutants = tuple(PROGRAM.replace(*change, 1) for change in CHANGES)
    warm = await job_milliseconds(interpreter, PROGRAM, TESTS, runs)
    killed = await matrix_milliseconds(interpreter, Matrix((PROGRAM, *mutants), (TESTS,)), runs)
    loops = (PROGRAM, *mutants[:-1], PROGRAM.replace(*LOOP))
    looped = await matrix_milliseconds(interpreter, Matrix(loops, (TESTS,)), 1)
    suites = tuple(f"assert spans([{n}, {n + 1}]) == [({n}, {n + 1})]\n" for n in range(SIDE))
    square = await matrix_milliseconds(interpreter, Matrix((PROGRAM,) * SIDE, suites), max(1, runs // 3))
    single = await job_milliseconds(interpreter, PROGRAM, suites[0], runs)
    calls = tuple(f"spans([{n}])" for n in range(SIDE))
    valued = await matrix_milliseconds(interpreter, Matrix((PROGRAM,) * SIDE, calls=calls), max(1, runs // 3))
    await interpreter.close()
    cells = SIDE * SIDE
    return [
        informs(f"{backend}, one warm run", warm, "ms"),
        informs(f"{backend}, {len(mutants)} mutants", killed, "ms"),
        at_most(f"{backend}, {len(mutants)} mutants / one warm run", killed / warm, "times", TIMES, "one warm run"),
        informs(f"{backend}, {len(mutants)} mutants, of which one loops for ever", looped / warm, "times"),
        informs(f"{backend}, {SIDE} x {SIDE} suites", square / 1000, "s"),
        informs(f"{backend}, a suite's cell", square / cells, "ms"),
        at_most(f"{backend}, a suite's cell / its job", square / cells / single, "times", 1.0, "the cell as a job"),
        informs(f"{backend}, a call's cell", valued / cells, "ms"),
    ]


def cross_figures(backend: str) -> list[Figure]:
    """The figures of programs that are crossed with test units."""
    programs = [f"{PROGRAM}\n# {number}\n\n\ndef other{number}():\n    return {number}\n" for number in range(CROSSED)]
    units = [f"assert spans([{n}, {n + 1}]) == [({n}, {n + 1})]\n" for n in range(CROSSED)]
    together = asyncio.run(cross_seconds(backend, programs, units))
    bare, executed = bare_seconds(programs, units), executed_seconds(backend, programs, units)
    name, cells = f"{backend}, {CROSSED} x {CROSSED} crossed", CROSSED * CROSSED
    return [
        informs(name, together, "s"),
        at_most(f"{name} / bare runs", together / bare, "times", 1.0, f"{cells} python -I -c: {bare:.1f} s"),
        at_least(f"aiev execute / {name}", executed / together, "times", FASTER, f"{cells} times: {executed:.0f} s"),
    ]


async def cross_seconds(backend: str, programs: list[str], units: list[str]) -> float:
    """Wall-clock time of all cells, sandboxes included."""
    interpreter = await open_interpreter(InterpreterSettings(backend=backend), run_id="bench-matrix")
    about: dict[str, object] = {"model": "", "decoding": {}, "request_hash": ""}
    sample = sampled([(f"```python\n{program}```", about) for program in programs], [], "python")
    options = {"limits": Limits(), "install": InstallSettings(), "seconds": 60.0}
    started = time.perf_counter()
    outcomes = await crossed(interpreter, sample, units, "python", **options)
    spent = time.perf_counter() - started
    await interpreter.close()
    if not all(held for row in outcomes.passed for held in row):
        raise SystemExit(f"a cell does not pass: {outcomes.runs}")
    return spent


def bare_seconds(programs: list[str], units: list[str]) -> float:
    """Wall-clock time of a Python process for each cell, one after another."""
    started = time.perf_counter()
    for program in programs:
        for unit in units:
            subprocess.run([sys.executable, "-I", "-c", f"{program}\n{unit}"], check=True)
    return time.perf_counter() - started


def executed_seconds(backend: str, programs: list[str], units: list[str]) -> float:
    """What `aiev execute` would take for each cell, from some of them."""
    with tempfile.TemporaryDirectory() as folder:
        program, tests = Path(folder, "program.py"), Path(folder, "tests.py")
        words = ["execute", "--program", str(program), "--tests", str(tests), "--backend", backend]
        command = [sys.executable, "-c", "from aiev.cli import main; main()", *words]
        started = time.perf_counter()
        for number in range(EXECUTED):
            program.write_text(programs[number])
            tests.write_text(units[number])
            subprocess.run(command, check=True, capture_output=True)
        spent = time.perf_counter() - started
    return spent / EXECUTED * len(programs) * len(units)


async def job_milliseconds(interpreter: Interpreter, program: str, tests: str, runs: int) -> float:
    """Median of a job's wall-clock time in a warm sandbox."""
    spent = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        result = await interpreter.execute(Job(program, tests), owner="one")
        spent.append(time.perf_counter() - started)
        if result.verdict != "ok":
            raise SystemExit(f"the program is {result.verdict}: {result.detail} {result.stderr}")
    return 1000 * statistics.median(spent[1:])


async def matrix_milliseconds(interpreter: Interpreter, matrix: Matrix, runs: int) -> float:
    """Median of a matrix's wall-clock time in the same sandbox."""
    spent = []
    for _ in range(runs):
        started = time.perf_counter()
        result = await interpreter.execute_matrix(matrix, owner="one")
        spent.append(time.perf_counter() - started)
        if any(cell is not Cell.PASSED for cell in result.cells[0]):
            raise SystemExit(f"the program does not pass: {result}")
    return 1000 * statistics.median(spent)


if __name__ == "__main__":
    main()
