"""Near-duplicates against datasketch and text-dedup: snippets a second, recall of planted duplicates, and memory.

Real functions, each once; a fifth of them planted again with other layout and a changed word. Each peer runs in an
environment of its own, in the same run, on the same file, with as many processes as it can use: datasketch one,
text-dedup and ours two. Memory is that of all processes together while a million snippets of the length of real
functions are judged and kept (`--million 0` leaves it out).
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
from memory import Peak
from planting import clean_functions, reformatted

HERE = Path(__file__).resolve().parent
RATE, MOST_GB = 20_000, 2.0
PEERS = {
    "datasketch": ("near_duplicates_datasketch.py", "datasketch==2.0.0", 1),
    "text-dedup": ("near_duplicates_text_dedup.py", "text-dedup==0.4.0", 2),
}
"""Script, package, and processes. text-dedup 0.4.1 needs Python 3.12, which is not ours."""
MOST_SECONDS = 600
"""For a peer's installation, and for its run."""


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
        ours = called(Path(sys.executable), "near_duplicates_ours.py", path, options.workers)
        rate, recall = _rate(ours, len(texts)), _recall(ours, len(functions), len(texts))
        figures.append(at_least(f"ours, {options.workers} processes", rate, "snippets/s", RATE, "the goal on 2 cores"))
        figures.append(informs("ours, recall of planted", recall, "share", f"of {len(texts) - len(functions)}"))
        for name, (script, package, processes) in PEERS.items():
            try:
                peer = called(environment(package, options.cache), script, path, processes)
            except subprocess.SubprocessError as error:
                notes.append(f"{name} is not measured: {error}: {str(error.stderr or '').strip()[-300:]}")
                continue
            figures += compared(name, rate, recall, _rate(peer, len(texts)), _recall(peer, len(functions), len(texts)))
        if options.million:
            figures += held(path, options.million)
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


def held(path: Path, count: int) -> list[Figure]:
    """Memory and rate while so many snippets are judged and kept, two processes computing signatures for a third."""
    command = [sys.executable, str(HERE / "peers" / "near_duplicates_ours.py"), "hold", str(path), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        peak = Peak(process.pid)
        output, _ = process.communicate()
        gigabytes = peak.stop()
    found = json.loads(output.splitlines()[-1])
    name = f"memory of {found['made']:,} judged, all processes"
    return [
        at_most(name, gigabytes, "GB", MOST_GB, f"the goal; {found['kept']:,} are kept"),
        informs("rate over all of these", found["made"] / found["seconds"], "snippets/s"),
    ]


def called(python: Path, script: str, path: Path, processes: int) -> dict:
    """What a script of `peers/` printed last, when it compared a file's texts."""
    command = [str(python), str(HERE / "peers" / script), "compare", str(path), str(processes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=MOST_SECONDS)
    return json.loads(done.stdout.splitlines()[-1])


def environment(package: str, cache: Path) -> Path:
    """The Python of a peer's own environment, made at its first use."""
    folder = cache / package
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
        for command in ([sys.executable, "-m", "venv", "--clear", str(folder)], install):
            subprocess.run(command, capture_output=True, text=True, check=True, timeout=MOST_SECONDS)
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
