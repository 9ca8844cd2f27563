"""HumanEval-X: canonical solutions with their tests in five languages, and the same with a gutted body.

A gutted body begins by returning the default value of its type: 0 (in Rust 7), false, an empty text, list
or map, nil. Tests written by hand lean on what the solution imports, so they show whether a language's tests get that
too. The data lie beside the project (`../shared/data/humaneval-x`); without them nothing is measured.
Known: the tests of Rust/32 are commented out; CPP/162 needs OpenSSL, JavaScript/162 the package js-md5; the canonical
solutions of JavaScript/112 and 155 fail their own tests (`console.assert` only prints it); that of Go/95 depends on the
order of a map.
Source: Zheng et al., CodeGeeX (2023), https://github.com/THUDM/CodeGeeX.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from figures import Figure, at_least, at_most, informs, report

from aiev_interpreter import Job, open_interpreter
from aiev_interpreter.settings import InterpreterSettings

DATA = Path("../shared/data/humaneval-x")
MOST_REFUSED = 1
"""Canonical solutions of a language that may be refused, of 164."""
AT_ONCE = 2
Row = Mapping[str, str]
GO_PACKAGES = ("math", "strings", "fmt", "strconv", "time", "bytes", "regexp", "sort", "math/rand", "crypto/md5")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the rows of one language become a job."""

    file: str
    head: Callable[[Row], str]
    """Everything before the body, up to its opening brace."""
    tests: Callable[[Row], str]
    default: Callable[[str], str]
    """A statement that returns the default value, from the text before the body."""

    def job(self, language: str, row: Row, *, gutted: bool) -> Job:
        """The canonical solution, or its gutted form, with the tests."""
        head = self.head(row)
        first = f"{self.default(head)}\n" if gutted else ""
        return Job(f"{head.rstrip()}\n{first}{row['canonical_solution']}", self.tests(row), language)


def go_imports(text: str, *always: str) -> str:
    """The file's head with the packages that it uses: the benchmark's own rows import too little, or too much.

    Source: `IMPORT_HELPER` and `process_humaneval_test` of CodeGeeX, which do the same for its one file.
    """
    used = [path for path in GO_PACKAGES if re.search(rf"\b{path.rpartition('/')[2]}\.[A-Z]", text)]
    return "package main\n\nimport (\n" + "".join(f'    "{path}"\n' for path in (*always, *used)) + ")\n"


def go_head(row: Row) -> str:
    """Imports, helpers and the declaration."""
    declared = row["prompt"].removeprefix(row["import"])
    return go_imports(declared + row["canonical_solution"]) + declared


def go_tests(row: Row) -> str:
    """Imports and the test function."""
    return go_imports(row["test"], "testing", "github.com/stretchr/testify/assert") + row["test"]


def go_default(head: str) -> str:
    """`return *new(T)`."""
    declared = head.rpartition(")")[2].strip(" {\n")
    return f"return *new({declared})"


def java_default(head: str) -> str:
    """An empty value of the return type; null for an `Object`."""
    declared = re.findall(r"public\s+(.+?)\s+\w+\(", head)[-1]
    kind = declared.partition("<")[0]
    plain = {"int": "0", "long": "0", "double": "0", "boolean": "false", "String": '""', "Object": "null"}
    plain |= {"Optional": "Optional.empty()"}
    return f"if (true) return {plain.get(kind, kind + '.of()')};"


def rust_default(head: str) -> str:
    """`Default::default()`, a 7 for numbers, since Rust/4 accepts whatever is small, and a variant of the one enum."""
    declared = head.rpartition("->")[2].strip(" {\n")
    if re.fullmatch(r"[iuf]\d+", declared):
        return f"return 7 as {declared};"
    return "return RtnType::Empty();" if declared.startswith("RtnType") else "return Default::default();"


def tests_of(row: Row) -> str:
    """The tests as they stand."""
    return row["test"]


DIALECTS = {
    "cpp": Dialect("cpp", lambda row: row["prompt"], tests_of, lambda _: "return {};"),
    "go": Dialect("go", go_head, go_tests, go_default),
    "java": Dialect("java", lambda row: row["prompt"], tests_of, java_default),
    "javascript": Dialect("js", lambda row: row["prompt"], tests_of, lambda _: "return undefined;"),
    "rust": Dialect("rust", lambda row: row["prompt"] + row["declaration"], tests_of, rust_default),
}


def main() -> None:
    """Run both forms of every solution and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--languages", nargs="+", default=list(DIALECTS), choices=list(DIALECTS), help="default: all five"
    )
    parser.add_argument("--limit", type=int, default=164, help="solutions of each language")
    parser.add_argument("--backend", default="docker", help="the sandbox")
    chosen = parser.parse_args()
    if not DATA.is_dir():
        report("humaneval_x", [], [f"skipped: {DATA} is missing"])
        return
    figures, notes = asyncio.run(measured(chosen.backend, chosen.languages, chosen.limit))
    report("humaneval_x", figures, notes)


async def measured(backend: str, languages: list[str], limit: int) -> tuple[list[Figure], list[str]]:
    """Figures of each language, and a line for each solution that was judged wrongly."""
    settings = InterpreterSettings(backend=backend, languages=tuple(languages))
    interpreter = await open_interpreter(settings, run_id="bench-humaneval-x")
    owners: asyncio.Queue[str] = asyncio.Queue()
    for number in range(AT_ONCE):
        owners.put_nowait(str(number))
    notes = []

    async def verdict(job: Job, name: str, *, wanted: bool) -> bool:
        owner = await owners.get()
        try:
            result = await interpreter.execute(job, owner=owner)
        finally:
            owners.put_nowait(owner)
        if (result.verdict == "ok") != wanted:
            notes.append(f"{name}: {result.verdict}: {result.detail}: {' '.join(result.stderr.split())[:300]}")
        return result.verdict == "ok"

    figures = []
    for language in languages:
        dialect = DIALECTS[language]
        lines = (DATA / f"humaneval_{dialect.file}.jsonl").read_text(encoding="utf-8").split("\n")[:-1][:limit]
        rows = [json.loads(line) for line in lines]
        started = time.perf_counter()
        for gutted in (False, True):
            jobs = [(dialect.job(language, row, gutted=gutted), row["task_id"]) for row in rows]
            names = [f"{'gutted ' * gutted}{name}" for _, name in jobs]
            found = await asyncio.gather(
                *(verdict(job, name, wanted=not gutted) for (job, _), name in zip(jobs, names, strict=True))
            )
            against = f"{len(rows)} {'gutted' if gutted else 'canonical'} solutions"
            bound = at_most if gutted else at_least
            target = 0 if gutted else len(rows) - MOST_REFUSED
            figures.append(bound(f"{language}, {'gutted ' * gutted}accepted", sum(found), "programs", target, against))
            sys.stderr.write(f"{language}: {sum(found)} of {against} accepted\n")
        spent = (time.perf_counter() - started) / (2 * len(rows))
        figures.append(informs(f"{language}, a program", spent, "s", f"{AT_ONCE} at once"))
    await interpreter.close()
    return figures, notes


if __name__ == "__main__":
    main()
