"""How fast functions are taken out of real source and filtered, and what memory a million snippets take.

Input: Python's standard library and the packages installed beside this interpreter, repeated until there is enough to
measure. A *function* is a documented top-level function (or one of another language) that came out of extraction and
went into the filters; what extraction looked at besides (methods, functions without documentation) is given as well.
The filters are the default ones, all of which are cheap. The million snippets are distinct rows of JSON lines that go
through `aiev seeds build` into a file; their memory is that of all its processes together, sampled.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from figures import at_least, at_most, informs, report
from memory import Peak

from aiev.seeds.funnel import Funnel
from aiev.seeds.select import select
from aiev.seeds.settings import SeedsSettings
from aiev.seeds.sources.items import FileItem
from aiev.seeds.sources.named import source_items
from aiev.seeds.worker import Plan

TARGET_FUNCTIONS, TARGET_GB = 5000, 2.0
ENOUGH_SECONDS = float(os.environ.get("BENCH_SECONDS", "30"))
ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
_DEFINITION = re.compile(rb"^[ \t]*(?:async )?def ", re.MULTILINE)
_ROW_FILTERS = ("size", "unfinished", "exact_duplicates")


def sources() -> list[str]:
    """The standard library, and what is installed."""
    return [sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")]


def measure_speed() -> tuple[Funnel, float, int]:
    """What was taken out, in how many seconds, and how often the input was gone through."""
    one = Funnel()
    began = time.perf_counter()
    for _ in select(sources(), Plan(), [], one):
        pass
    rounds = max(1, round(ENOUGH_SECONDS / (time.perf_counter() - began)))
    funnel = Funnel()
    began = time.perf_counter()
    for _ in select(sources() * rounds, Plan(), [], funnel):
        pass
    return funnel, time.perf_counter() - began, rounds


def definitions() -> tuple[int, int]:
    """Functions of every kind in the Python files of the input, and the bytes of all its files."""
    found = size = 0
    for item in source_items(sources(), SeedsSettings()):
        if isinstance(item, FileItem):
            data = Path(item.path).read_bytes()
            size += len(data)
            found += len(_DEFINITION.findall(data)) if item.path.endswith(".py") else 0
    return found, size


def measure_memory(folder: Path) -> tuple[float, float, int]:
    """Gigabytes at the peak, seconds, and seeds, for a million rows."""
    rows = folder / "rows.jsonl"
    doc = '    """Return the weighted sum {}."""'
    body = "\n".join(f"    total += values[{n}] * {n}" for n in range(12))
    with rows.open("w", encoding="utf-8") as file:
        for n in range(ROWS):
            code = f"def weighted_{n}(values, total={n}):\n{doc.format(n)}\n{body}\n    return total"
            file.write(json.dumps({"content": code, "language": "python", "licence": "MIT"}) + "\n")
    command = [str(Path(sys.executable).parent / "aiev"), "seeds", "build", str(rows), "--json"]
    command += ["--out", str(folder / "out.jsonl"), "--set", f"seeds.filters={json.dumps(list(_ROW_FILTERS))}"]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        peak = Peak(process.pid)
        output, _ = process.communicate()
        gigabytes = peak.stop()
    return gigabytes, time.perf_counter() - began, int(json.loads(output)["written"])


def main() -> None:
    """Measure, and print."""
    funnel, seconds, rounds = measure_speed()
    found, size = definitions()
    with tempfile.TemporaryDirectory(prefix="aiev-bench-") as folder:
        gigabytes, row_seconds, written = measure_memory(Path(folder))
    cores = len(os.sched_getaffinity(0))
    limit, memory = f"issue: {TARGET_FUNCTIONS}/s on 2 cores", "issue: a million under 2 GB"
    through, looked_at = funnel.taken / seconds, found * rounds / seconds
    report(
        "seeds_extract",
        [
            at_least("documented functions extracted and filtered", through, "1/s", TARGET_FUNCTIONS, limit),
            at_least("functions of all kinds looked at", looked_at, "1/s", TARGET_FUNCTIONS, limit),
            informs("source read", size * rounds / seconds / 1e6, "MB/s"),
            informs("documented functions", funnel.taken, "1"),
            informs("kept, duplicates of the repetition left out", funnel.kept, "1"),
            informs("files and rows a second", (funnel.read + funnel.passed_over.total()) / seconds, "1/s"),
            at_most(f"memory of {written:,} distinct snippets", gigabytes, "GB", TARGET_GB, memory),
            informs("rows through the build", written / row_seconds, "1/s"),
        ],
        [f"{cores} cores, input gone through {rounds} times", f"funnel: {funnel.summary()}"],
    )


if __name__ == "__main__":
    main()
