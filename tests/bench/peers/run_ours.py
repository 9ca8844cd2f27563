"""Runs conversations against an endpoint in a process of its own, with scripted execution; prints one line of JSON.

Everything else is what `aiev teach` does: the openai client, the dialogue graph, the journal, and the store on disk.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import genai_prices  # noqa: F401 - what is imported late would count as work
import sqlite_utils  # noqa: F401

from aiev.config.layers import load_config
from aiev.recipes.teach import Teaching
from aiev.store.records import SeedRecord
from aiev_agents.clients import openai as openai_model  # noqa: F401
from aiev_interpreter.protocol import ExecutionResult, Verdict

SNIPPET = 'def add(a, b):\n    """Return the sum of a and b, number {}."""\n    return a + b\n'


class Judge:
    """An interpreter that takes a program that adds for right, and keeps nothing."""

    name = image = notice = "scripted"

    async def execute(self, job, *, owner=""):
        """Judge at once."""
        if "a + b" in job.program:
            return ExecutionResult(verdict=Verdict.OK, exit_code=0, stdout="fine\n", assertions=1)
        return ExecutionResult(verdict=Verdict.ERROR, exit_code=1, stderr="AssertionError: -1 == 3")

    async def release(self, owner):
        """Nothing to give back."""

    async def close(self):
        """Nothing to give back."""


def seeds(count):
    """As many different seeds."""
    return [SeedRecord(f"{n:016x}", "function", "python", SNIPPET.format(n), "bench", "MIT") for n in range(count)]


def configuration(plan):
    """What a user with an endpoint would set."""
    os.environ["BENCH_KEY"] = "sk-bench"
    return load_config(
        [Path("openai.toml")],
        [
            "model.name=m",
            "accept.policy=tests",
            f"model.base_url={plan['url']}",
            "model.api_key_env=BENCH_KEY",
            f"run.workers={plan['in_flight']}",
        ],
    )


def resident():
    """MiB that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / (1 << 20)


def cpu_seconds():
    """Of this process and of those that it has started and that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


async def watch(progress, samples, every):
    """Note memory after so many conversations."""
    due = every
    while True:
        await asyncio.sleep(0.05)
        if progress.done >= due:
            samples.append([progress.done, resident()])
            due += every


async def measure(plan, db):
    """Run, and say how it went."""
    teaching = Teaching(configuration(plan), seeds(plan["conversations"]), db)
    samples = []
    watching = asyncio.ensure_future(watch(teaching.progress, samples, max(1, plan["conversations"] // 20)))
    wall, cpu = time.perf_counter(), cpu_seconds()
    await teaching.run(interpreter=Judge())
    wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    watching.cancel()
    progress = teaching.progress
    return {
        "seconds": wall,
        "cpu": cpu,
        "accepted": progress.statuses["accepted"],
        "requests": progress.requests,
        "memory": samples,
    }


def main():
    """Carry out the plan in the first argument."""
    plan = json.loads(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(plan, Path(folder) / "bench.db"))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
