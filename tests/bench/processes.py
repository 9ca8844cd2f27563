"""The endpoint and the measured client of the run benchmarks, each in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent


@dataclass
class Served:
    """An endpoint that answers."""

    url: str
    answered: int = 0
    """Requests that it has answered; known when it has ended."""


@contextlib.contextmanager
def endpoint(latency: float) -> Iterator[Served]:
    """Start `endpoint.py` for as long as the block lasts."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "endpoint.py"), str(latency)], stdout=subprocess.PIPE, text=True
    )
    served = Served(f"http://127.0.0.1:{int(process.stdout.readline())}/v1")
    try:
        yield served
    finally:
        process.send_signal(signal.SIGTERM)
        served.answered = int(process.stdout.readline() or 0)
        process.wait()
        process.stdout.close()


def run_ours(plan: dict[str, Any]) -> dict[str, Any]:
    """Run `peers/run_ours.py` in this environment's Python."""
    return run_client(Path(sys.executable), "run_ours.py", plan)


def run_client(python: Path, script: str, plan: dict[str, Any], seconds: float | None = None) -> dict[str, Any]:
    """Run a measuring script; its last line is what it measured.

    Raises:
        RuntimeError: it failed, or took too long.
    """
    command = [str(python), str(HERE / "peers" / script), json.dumps(plan)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=seconds, env=os.environ | {"NO_COLOR": "1"}
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{script} took more than {seconds:g} s") from None
    if done.returncode:
        raise RuntimeError(f"{script} ended with {done.returncode}: {' '.join(done.stderr.split())[-400:]}")
    measured: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return measured
