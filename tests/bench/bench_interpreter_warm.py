"""One program in a warm sandbox against a bare `python3 -I -c` of the same Python, which isolates nothing.

Plain, and with the imports of the scientific stack (numpy, pandas), which the sandbox's fork server imported before.
Each of ours is laid out, limited, run, counted, and run once more with failing assertions, before the next begins.
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

from figures import at_most, informs, report

from aiev_interpreter import Job, open_interpreter
from aiev_interpreter.settings import InterpreterSettings

PROGRAM = "def add(a, b):\n    return a + b\n"
TESTS = "assert add(1, 2) == 3\nassert add(-1, 1) == 0\n"
STACK = ("numpy", "pandas")
SCIENCE = "import numpy as np\nimport pandas as pd\ndef mean(rows):\n    return float(pd.DataFrame(rows)['x'].mean())\n"
SCIENCE_TESTS = "assert mean([{'x': 1}, {'x': 3}]) == 2.0\nassert np.isclose(mean([{'x': 2}]), 2.0)\n"
PLAIN_TIMES, SCIENCE_TIMES = 2.0, 1.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=60, help="programs for each figure")
    parser.add_argument("--backends", nargs="+", default=["docker", "bubblewrap"], help="sandboxes to measure")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        python = environment(Path(folder))
        bare = bare_milliseconds([python, "-I", "-c", PROGRAM + TESTS], chosen.programs)
        bare_science = bare_milliseconds([python, "-I", "-c", SCIENCE + SCIENCE_TESTS], max(5, chosen.programs // 5))
    figures = [informs("bare, plain", bare, "ms"), informs("bare, numpy and pandas", bare_science, "ms")]
    for backend in chosen.backends:
        plain, science = asyncio.run(ours(backend, chosen.programs))
        ratio = science / bare_science
        figures += [
            informs(f"{backend}, plain", plain, "ms"),
            at_most(f"{backend}, plain / bare", plain / bare, "times", PLAIN_TIMES, "bare, plain"),
            informs(f"{backend}, numpy and pandas", science, "ms"),
            at_most(f"{backend}, numpy and pandas / bare", ratio, "times", SCIENCE_TIMES, "bare, numpy and pandas"),
        ]
    report("interpreter_warm", figures, ["milliseconds are medians"])


def environment(folder: Path) -> str:
    """A Python with the stack, in an environment of its own."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--only-binary=:all:", *STACK], check=True)
    return python


def bare_milliseconds(command: list[str], times: int) -> float:
    """Median of a command's wall-clock time."""
    spent = []
    for _ in range(times + 1):
        started = time.perf_counter()
        subprocess.run(command, check=True)
        spent.append(time.perf_counter() - started)
    return 1000 * statistics.median(spent[1:])


async def ours(backend: str, programs: int) -> tuple[float, float]:
    """Medians for the plain program and the scientific one, each in a conversation of its own."""
    interpreter = await open_interpreter(InterpreterSettings(backend=backend, preload=STACK), run_id="bench-warm")
    jobs = (Job(PROGRAM, TESTS), Job(SCIENCE, SCIENCE_TESTS, requirements=STACK))
    medians = []
    for number, job in enumerate(jobs):
        spent = []
        for _ in range(programs + 2):
            started = time.perf_counter()
            result = await interpreter.execute(job, owner=str(number))
            spent.append(time.perf_counter() - started)
            if result.verdict != "ok":
                raise SystemExit(f"{backend}: the program is {result.verdict}: {result.detail} {result.stderr}")
        medians.append(1000 * statistics.median(spent[2:]))
    await interpreter.close()
    return medians[0], medians[1]


if __name__ == "__main__":
    main()
