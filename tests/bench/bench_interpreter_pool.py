"""A cold Docker container for each program against our pool, in which each conversation has a container of its own.

The cold way is a container with our image and our isolation for one program, started and removed each time. A
conversation waits for its programs alone: its container is made while the model writes the question and the first
answer, and removed after its end; so the pool is held to the target in that, with a pause of `MODEL_SECONDS` before
each conversation. The figures without any pause ("back to back") make and remove every container within the time that
is measured; there a conversation of n programs can be n times as fast as n cold containers at most, since it needs one.
Conversations have 7 programs, the most a dialogue has, and 3, about what a dialogue has.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from figures import at_least, informs, report

from aiev_interpreter import Job, open_interpreter
from aiev_interpreter.backends.docker import connect
from aiev_interpreter.image.build import ensure_image
from aiev_interpreter.settings import InterpreterSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev_interpreter.protocol import Interpreter

PROGRAM = "def add(a, b):\n    return a + b\n"
TESTS = "assert add(1, 2) == 3\nassert add(-1, 1) == 0\n"
TIMES = 10
"""How many times as many programs a second the pool is to run."""
ROUNDS = (7, 3)
MODEL_SECONDS = 2.0
"""What a model takes for a question and a first answer at the least: 100 tokens and more at 50 a second."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cold", type=int, default=12, help="programs run the cold way")
    parser.add_argument("--conversations", type=int, default=12, help="conversations run by the pool")
    chosen = parser.parse_args()
    at_once = os.cpu_count() or 1
    cold = {workers: asyncio.run(cold_rate(chosen.cold, workers)) for workers in (1, at_once)}
    figures = [
        informs("cold, 1 at once", cold[1], "programs/s"),
        informs(f"cold, {at_once} at once", cold[at_once], "programs/s"),
    ]
    for rounds in ROUNDS:
        rate = asyncio.run(waiting_rate(chosen.conversations, rounds))
        name = f"pool, conversations of {rounds}"
        figures += [
            informs(name, rate, "programs/s"),
            at_least(f"{name} / cold", rate / cold[1], "times", TIMES, "cold, 1 at once"),
        ]
    for rounds in ROUNDS:
        for workers in (1, at_once):
            rate = asyncio.run(pool_rate(chosen.conversations, rounds, workers))
            name = f"back to back, conversations of {rounds}, {workers} at once / cold"
            figures.append(informs(name, rate / cold[workers], "times", f"cold, {workers} at once"))
    report("interpreter_pool", figures)


async def cold_rate(programs: int, workers: int) -> float:
    """Programs a second when each has a container of its own, started for it and removed after it."""
    client = await connect()
    image = ensure_image(client).id
    isolation = {
        "network_mode": "none", "read_only": True, "user": "65534:65534", "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"], "mem_limit": "600m", "pids_limit": 64,
        "tmpfs": {"/work": "size=16m"}, "remove": True, "entrypoint": ["python3", "-I", "-c", PROGRAM + TESTS],
    }  # fmt: skip

    def run(_: int) -> None:
        client.containers.run(image, **isolation)

    run(0)
    with ThreadPoolExecutor(workers) as pool:
        started = time.perf_counter()
        list(pool.map(run, range(programs)))
        seconds = time.perf_counter() - started
    client.close()
    return programs / seconds


async def pool_rate(conversations: int, rounds: int, workers: int) -> float:
    """Programs a second of whole conversations, with the making and removing of their containers."""
    interpreter = await opened(ready=2)
    started = time.perf_counter()
    waiting = iter(range(conversations))
    await asyncio.gather(*(converse(interpreter, waiting, rounds) for _ in range(workers)))
    await interpreter.close()
    return conversations * rounds / (time.perf_counter() - started)


async def waiting_rate(conversations: int, rounds: int) -> float:
    """Programs a second of the time that conversations wait for them, one conversation after another."""
    interpreter = await opened(ready=2)
    await execute(interpreter, "first")
    seconds = 0.0
    for number in range(conversations):
        await asyncio.sleep(MODEL_SECONDS)
        started = time.perf_counter()
        for _ in range(rounds):
            await execute(interpreter, str(number))
        seconds += time.perf_counter() - started
        await interpreter.release(str(number))
    await interpreter.close()
    return conversations * rounds / seconds


async def converse(interpreter: Interpreter, waiting: Iterator[int], rounds: int) -> None:
    """Work through conversations one after another."""
    for number in waiting:
        for _ in range(rounds):
            await execute(interpreter, str(number))
        await interpreter.release(str(number))


async def execute(interpreter: Interpreter, owner: str) -> None:
    """Run the trivial program; anything but `ok` ends the benchmark."""
    result = await interpreter.execute(Job(PROGRAM, TESTS), owner=owner)
    if result.verdict != "ok":
        raise SystemExit(f"the trivial program is {result.verdict}: {result.detail} {result.stderr}")


async def opened(*, ready: int) -> Interpreter:
    """Our interpreter on Docker."""
    return await open_interpreter(InterpreterSettings(backend="docker", ready=ready, kept=64), run_id="bench-pool")


if __name__ == "__main__":
    main()
