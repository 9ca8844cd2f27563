"""Every page of `aiev serve`, and every kind of search, over a database of a million messages.

A real server process answers real HTTP requests, one after another as a person makes them, in mixed order and with
different words, filters and conversations each time. Labels change the file meanwhile, so that the server makes its
index anew beside the answers. The database is made once (`big_database.py`, some minutes) and
kept; `--db` names another file.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

from big_database import MESSAGES, make
from figures import Figure, at_most, informs, report

if TYPE_CHECKING:
    from collections.abc import Iterator

MEDIAN_MS, P99_MS = 300.0, 1000.0
AGAINST = "limit of the issue, on 2 cores"
RARE = ("heapify", "mimetype", "surrogateescape", "loopback", "fnmatch", "quopri", "rfc2231", "iterdecode")
COMMON = ("return", "the", "def", "self", "function", "a")
PAIRS = ("return value", "file path", "raise error", "default encoding", "key function", "list index")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, default=Path(tempfile.gettempdir()) / f"aiev-bench-{MESSAGES}.db")
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--times", type=int, default=40, help="requests of each kind")
    options = parser.parse_args()
    if not options.db.is_file():
        make(options.db, options.messages)
    with closing(sqlite3.connect(options.db)) as db:
        counted = {
            table: db.execute(f"select count(*) from {table}").fetchone()[0]  # noqa: S608 - names are ours
            for table in ("conversations", "messages", "executions")
        }
        ids = [key for (key,) in db.execute("select id from conversations order by rowid limit 5000")]
    start = time.perf_counter()
    with serving(options.db) as (url, process):
        ready = time.perf_counter() - start
        taken, used, sizes = measure(url, process.pid, ids, options.times)
        memory = resident_mib(process.pid)
    notes = [f"{count:,} {table}" for table, count in counted.items()]
    notes += [f"{kind}: {size / 1024:.0f} KiB a page" for kind, size in sizes.items()]
    report("view_pages", [*figures(taken, used), informs("from start to first answer", ready, "s"), memory], notes)


@contextmanager
def serving(db: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `aiev serve` in a process of its own."""
    command = [sys.executable, "-c", "from aiev.cli import main; main()", "serve", str(db), "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            printed = ""
            while not printed.endswith("}\n"):
                line = process.stdout.readline()
                if not line:
                    sys.exit("the server did not start")
                printed += line
            yield json.loads(printed)["url"], process
        finally:
            process.terminate()


Times = dict[str, list[float]]


def measure(url: str, pid: int, ids: list[str], times: int) -> tuple[Times, Times, dict[str, float]]:
    """Milliseconds of each request, on the clock and of processor, and the mean size of an answer, by kind of page."""
    parts = urlsplit(url)
    headers = {"Authorization": f"Bearer {parse_qs(parts.query)['token'][0]}"}
    asked = requests(ids, times)
    taken: dict[str, list[float]] = defaultdict(list)
    used: dict[str, list[float]] = defaultdict(list)
    sizes: dict[str, list[int]] = defaultdict(list)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    for kind, path in asked:
        start, before = time.perf_counter(), processor_ms(pid)
        if kind == "label":
            connection.request("POST", path, body="label=flag&note=bench", headers=headers)
        else:
            connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        size = len(answer.read())
        taken[kind].append((time.perf_counter() - start) * 1000)
        used[kind].append(processor_ms(pid) - before)
        sizes[kind].append(size)
        if answer.status not in {200, 303}:
            sys.exit(f"{path} answered {answer.status}")
    connection.close()
    return taken, used, {kind: sum(values) / len(values) for kind, values in sizes.items()}


def requests(ids: list[str], times: int) -> list[tuple[str, str]]:
    """What is asked for, in mixed order; the same at each call."""
    draw = random.Random(3)
    facets = [
        "status=accepted", "status=discarded", "language=rust", "language=python", "verdict=timeout", "rounds=5",
        "error_class=KeyError", "error_class=AssertionError", "package=numpy", "stage=self_learn", "split=test",
        "model=teacher-large", "run=run000000002",
    ]  # fmt: skip
    made = {
        "overview": lambda: draw.choice(["/", "/?run=run000000001", "/?run=run000000003"]),
        "list": lambda: "/conversations",
        "page far down": lambda: f"/conversations?page={draw.randrange(2, 3000)}",
        "one facet": lambda: f"/conversations?{draw.choice(facets)}",
        "three facets": lambda: "/conversations?" + "&".join(sorted(draw.sample(facets, 3))),
        "search, rare word": lambda: (
            f"/conversations?q={draw.choice(RARE)}{draw.choice(['', '+value', '+the', '+if'])}"
        ),
        "search, common word": lambda: f"/conversations?q={draw.choice(COMMON)}",
        "search, two words": lambda: f"/conversations?q={quote(draw.choice(PAIRS))}",
        "search, never asked before": lambda: f"/conversations?q=task_{draw.randrange(100_000)}",
        "search and facets": lambda: f"/conversations?q={quote(draw.choice(PAIRS))}&{draw.choice(facets)}",
        "conversation": lambda: f"/conversations/{draw.choice(ids)}",
        "conversation in a filter": lambda: f"/conversations/{draw.choice(ids)}?{draw.choice(facets)}",
        "conversation as JSON": lambda: f"/conversations/{draw.choice(ids)}.json",
        "label": lambda: f"/conversations/{draw.choice(ids)}/label",
        "following": lambda: "/live.json",
        "table of Datasette": lambda: "/tables/" + draw.choice(["messages", "conversations", "executions"]),
    }
    asked = [(kind, make_path()) for kind, make_path in made.items() for _ in range(times)]
    draw.shuffle(asked)
    return asked


def figures(taken: Times, used: Times) -> Iterator[Figure]:
    """Median and 99th percentile of each kind of page; beside them its processor time, which others do not lengthen."""
    for kind, values in taken.items():
        ordered = sorted(values)
        yield at_most(f"{kind}, median", ordered[len(ordered) // 2], "ms", MEDIAN_MS, AGAINST)
        yield at_most(f"{kind}, p99", ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], "ms", P99_MS, AGAINST)
        yield informs(f"{kind}, processor", sorted(used[kind])[len(ordered) // 2], "ms", "median")


def processor_ms(pid: int) -> float:
    """Processor time of all threads of a process so far."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e6


def resident_mib(pid: int) -> Figure:
    """Memory of the server."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    kilobytes = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return informs("memory of the server", kilobytes / 1024, "MiB")


if __name__ == "__main__":
    main()
