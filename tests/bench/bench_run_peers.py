"""Calls a second and CPU for each call, against bespokelabs-curator and distilabel, in the same run.

All make the same number of calls, with as many in flight, against the same endpoint of fixed latency. The peers make
independent calls, the simplest work that they have; ours are those of whole dialogues, four after one another, with
executions, journal and store. Each peer is installed into an environment of its own under the user's cache.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from figures import Figure, at_least, at_most, informs, report
from processes import endpoint, run_client, run_ours

REPLIES = 4
LATE_SECONDS = 1200.0
PROMPT = "Write a Python function that returns the sum of two whole numbers. " * 30


@dataclass(frozen=True, slots=True)
class Peer:
    """A library, and the script that measures it."""

    name: str
    script: str
    packages: tuple[str, ...]


PEERS = (
    Peer("bespokelabs-curator", "run_curator.py", ("bespokelabs-curator==0.1.31",)),
    # its own list of requirements lacks requests
    Peer("distilabel", "run_distilabel.py", ("distilabel[openai]==1.5.3", "requests")),
)


def main() -> None:
    """Measure ours and each peer that can be had, and print the figures."""
    options = _options()
    plan = {"in_flight": options.in_flight, "calls": options.calls, "prompt": PROMPT}
    ours = measured(plan | {"conversations": options.calls // REPLIES}, options.latency)
    figures = described("ours", ours, options.calls)
    notes = [f"load of the machine at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"]
    for peer in PEERS:
        if options.only and peer.name not in options.only:
            continue
        try:
            theirs = measured(plan, options.latency, peer, options.cache)
        except (RuntimeError, OSError, ValueError) as error:
            notes.append(f"{peer.name} is not measured: {error}")
            continue
        figures += described(peer.name, theirs, options.calls)
        figures += compared(peer.name, ours, theirs, options.calls)
    notes.append(f"{options.calls} calls, {options.in_flight} in flight, latency {options.latency:g} s; no start-up")
    report("run_peers", figures, notes)


def measured(plan: dict, latency: float, peer: Peer | None = None, cache: Path = Path()) -> dict:
    """Run ours, or a peer, against an endpoint of its own.

    Raises:
        RuntimeError: it cannot be installed, failed, or did not make its calls.
    """
    python = environment(peer, cache) if peer else None
    with endpoint(latency) as served:
        plan |= {"url": served.url}
        ran = run_client(python, peer.script, plan, LATE_SECONDS) if peer and python else run_ours(plan)
    replies = ran["replies"] if peer else ran["requests"]
    if replies != plan["calls"]:
        raise RuntimeError(f"{replies} replies to {plan['calls']} calls")
    return ran


def environment(peer: Peer, cache: Path) -> Path:
    """The Python of a peer's own environment, made at its first use."""
    folder = cache / peer.name
    python, ready = folder / "bin" / "python", folder / f"ready-{peer.packages[0].rpartition('=')[2]}"
    if not ready.exists():
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(folder)],
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.packages],
        ):
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LATE_SECONDS)
            if done.returncode:
                raise RuntimeError(f"{command[-1]}: {' '.join(done.stderr.split())[-300:]}")
        ready.touch()
    return python


def described(name: str, ran: dict, calls: int) -> list[Figure]:
    """The figures of one of them."""
    return [
        informs(f"{name}, calls", calls / ran["seconds"], "1/s"),
        informs(f"{name}, CPU a call", ran["cpu"] / calls * 1000, "ms"),
    ]


def compared(name: str, ours: dict, theirs: dict, calls: int) -> list[Figure]:
    """Ours held against a peer."""
    limit = theirs["cpu"] / calls * 1000
    return [
        at_least(f"calls a second, ours / {name}", theirs["seconds"] / ours["seconds"], "x", 1.0, name),
        at_most(f"CPU a call beside {name}", ours["cpu"] / calls * 1000, "ms", limit, name),
    ]


def _options() -> argparse.Namespace:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aiev" / "bench"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=4096)
    parser.add_argument("--in-flight", type=int, default=256)
    parser.add_argument("--latency", type=float, default=0.5, help="seconds of one reply")
    parser.add_argument("--cache", type=Path, default=cache, help="where the peers' environments are kept")
    parser.add_argument("--only", action="append", help="measure this peer alone (may be given again)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
