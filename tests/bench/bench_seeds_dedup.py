"""Near-duplicates against datasketch: snippets a second, recall of planted duplicates, and memory.

Real functions, each once; a fifth of them planted again with other layout and a changed word. Each peer runs in an
environment of its own, in the same run, on the same file. Memory is that of a million kept snippets of the length of
real functions.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from figures import Figure, at_least, at_most, informs, report
from planting import clean_functions, reformatted

HERE = Path(__file__).resolve().parent
RATE, MOST_GIB, GIB = 20_000, 2.0, 1 << 30
PEERS = {"datasketch": ("near_duplicates_datasketch.py", "datasketch==2.0.0")}


def main() -> None:
    """Measure and print."""
    options = _options()
    load = os.getloadavg()[0]
    functions = list(clean_functions(options.functions))
    texts = functions + planted(functions)
    figures, notes = [], [f"load of the machine at the start: {load:.1f} on {os.cpu_count()} cores"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.jsonl"
        path.write_text("".join(json.dumps(text) + "\n" for text in texts), encoding="utf-8")
        ours = called(Path(sys.executable), "near_duplicates_ours.py", "compare", path, options.workers)
        rate, recall = _rate(ours, len(texts)), _recall(ours, len(functions), len(texts))
        figures.append(at_least(f"ours, {options.workers} processes", rate, "snippets/s", RATE, "the goal on 2 cores"))
        figures.append(informs("ours, recall of planted", recall, "share", f"of {len(texts) - len(functions)}"))
        for name, (script, package) in PEERS.items():
            try:
                peer = called(environment(package, options.cache), script, "compare", path, 1)
            except subprocess.CalledProcessError as error:
                notes.append(f"{name} is not measured: {str(error.stderr).strip()[-200:]}")
                continue
            figures += compared(name, rate, recall, _rate(peer, len(texts)), _recall(peer, len(functions), len(texts)))
        if options.million:
            held = called(Path(sys.executable), "near_duplicates_ours.py", "hold", path, options.million)
            peak = held["bytes"] / GIB
            figures.append(at_most(f"memory of {held['kept']} kept", peak, "GiB", MOST_GIB, f"{held['made']} judged"))
    report("seeds_dedup", figures, notes)


def planted(functions: list[str]) -> list[str]:
    """Every fifth function once more, in another layout and with one word changed."""
    rng = random.Random(11)
    changed = []
    for text in functions[::5]:
        words = reformatted(text, "").split(" ")
        words[rng.randrange(len(words) // 2, len(words))] = "changed"
        changed.append(" ".join(words))
    return changed


def compared(name: str, rate: float, recall: float, peer_rate: float, peer_recall: float) -> list[Figure]:
    """Ours held against one peer."""
    return [
        at_least(f"ours / {name}", rate / peer_rate, "x", 1.0, f"{name}: {peer_rate:.0f} snippets/s"),
        at_least(f"recall beside {name}", recall, "share", peer_recall, name),
    ]


def called(python: Path, script: str, what: str, path: Path, number: int) -> dict:
    """What a script of `peers/` printed last."""
    command = [str(python), str(HERE / "peers" / script), what, str(path), str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def environment(package: str, cache: Path) -> Path:
    """The Python of a peer's own environment, made at its first use."""
    folder = cache / package
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
        for command in ([sys.executable, "-m", "venv", "--clear", str(folder)], install):
            subprocess.run(command, capture_output=True, text=True, check=True)
        ready.touch()
    return python


def _rate(result: dict, count: int) -> float:
    return count / result["seconds"]


def _recall(result: dict, functions: int, count: int) -> float:
    return sum(number >= functions for number in result["dropped"]) / (count - functions)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=20_000)
    parser.add_argument(
        "--million", type=int, default=1_000_000, help="snippets for the figure of memory; 0 leaves it out"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "aiev" / "peers")
    return parser.parse_args()


if __name__ == "__main__":
    main()
