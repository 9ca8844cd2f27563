"""Makes a database of very many messages, in the shape of a run's: `python big_database.py FILE [MESSAGES]`.

Texts are made of the docstrings and functions of Python's standard library, so that words are as frequent as words are;
what became of each conversation is drawn with fixed seeds, so that the same call makes the same rows. It is written
through the store's own schema, its full-text index included, but not through its writer, which would take hours.
"""

from __future__ import annotations

import ast
import hashlib
import json
import random
import sys
import sysconfig
import textwrap
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.store.error_class import error_class
from aiev.store.writing.connection import open_database

if TYPE_CHECKING:
    import sqlite3

MESSAGES = 1_000_000
BATCH = 2_000
LANGUAGES = ("python",) * 10 + ("javascript",) * 3 + ("typescript", "java", "cpp", "rust", "go", "bash")
ERRORS = (
    ("AssertionError",) * 12 + ("TypeError",) * 8 + ("NameError",) * 6 + ("ValueError",) * 4 + ("KeyError",) * 3
    + ("IndexError",) * 2 + ("ImportError", "AttributeError", "ZeroDivisionError", "RecursionError", "UnicodeError")
)  # fmt: skip
PACKAGES = ("numpy", "pandas", "requests", "scipy", "pyyaml", "attrs", "networkx", "sympy")
RUNS = 6
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Texts:
    """What conversations are put together from."""

    prose: list[str]
    code: list[str]


@cache
def texts() -> Texts:
    """Docstrings and functions of the standard library."""
    prose, code = [], []
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        source = path.read_text(encoding="utf-8", errors="replace")
        lines = source.splitlines()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                if words := ast.get_docstring(node):
                    prose.append(" ".join(words.split())[:600])
                body = textwrap.dedent("\n".join(lines[node.lineno - 1 : node.end_lineno]))
                if len(body) < 1500:
                    code.append(body)
    return Texts(prose, code)


class Maker:
    """Writes conversations until there are enough messages."""

    def __init__(self, connection: sqlite3.Connection, messages: int) -> None:
        self.connection = connection
        self.wanted = messages
        self.made = 0
        self.random = random.Random(7)
        self.texts = texts()
        self.rows: dict[str, list[tuple]] = {}

    def make(self) -> None:
        for number in range(RUNS):
            config = json.dumps({"dialogue": {"language": ""}})
            recipe = "self_learn" if number == RUNS - 1 else "teach"
            model = ("qwen2.5-coder-1.5b-instruct", "teacher-large", "smollm2-135m-instruct")[number % 3]
            self.add(
                "runs",
                (f"run{number:09}", recipe, START.isoformat(), config, f"{number:064}", model, "openai", "docker",
                 "sha256:" + "0" * 64, "{}", "0.1.0"),
            )  # fmt: skip
        number = 0
        while self.made < self.wanted:
            self.conversation(number)
            number += 1
            if number % BATCH == 0:
                self.flush()
        self.flush()

    def add(self, table: str, row: tuple) -> None:
        self.rows.setdefault(table, []).append(row)

    def flush(self) -> None:
        for table, rows in self.rows.items():
            columns = COLUMNS[table]
            marks = ", ".join("?" * len(rows[0]))
            self.connection.executemany(
                f"insert into {table} {columns} values ({marks}) on conflict do nothing",  # noqa: S608 - names are ours
                rows,
            )
        self.connection.commit()
        self.rows.clear()

    def blob(self, text: str) -> str:
        key = hashlib.sha256(text.encode()).hexdigest()
        self.add("blobs", (key, text))
        return key

    def conversation(self, number: int) -> None:
        """One conversation with its seed, and sometimes a side of the split."""
        seed, key = f"seed{number:012}", hashlib.sha256(str(number).encode()).hexdigest()[:16]
        language = self.random.choice(LANGUAGES)
        code, prose = self.random.choice(self.texts.code), self.random.choice(self.texts.prose)
        rounds = min(7, 1 + int(self.random.expovariate(0.9)))
        status = "discarded" if rounds == 7 else "failed" if self.random.random() < 0.02 else "accepted"
        begun = (START + timedelta(seconds=number * 7)).isoformat(timespec="milliseconds")
        source = f"lib/module{number % 997}.py:{number % 3001}"
        self.add("seeds", (seed, "function", language, code, source, "PSF-2.0", f"f{number}"))
        problem = f"Write a {language} function `task_{number}`. {prose}"
        program, tests = f"{code}\n# {number}", f"assert f({number}) is not None"
        run = f"run{number * RUNS // (self.wanted // 5 + 1) % RUNS:09}"
        reason = "" if status == "accepted" else f"error after {rounds} rounds"
        figures = (12.5 * rounds, 600 * rounds, 180 * rounds)
        row = (key, run, seed, status, reason, rounds, problem, program, tests, begun, begun, *figures)
        self.add("conversations", row)
        if number % 10 and status == "accepted":
            self.evidence(key, number)
        if number % 9 == 0:
            self.add("splits", (seed, "test" if number % 90 == 0 else "train", seed, language, "s", begun))
        reply = f"{prose[:200]}\n\n```{language}\n{program}\n```"
        said = [(0, "user", problem, 0)]
        for turn in range(1, rounds + 1):
            passed = turn == rounds and status == "accepted"
            said.append((turn, "assistant", reply, int(passed)))
            said.append((turn, "interpreter", self.execution(key, turn, program, passed=passed), 0))
            if turn < rounds:
                said.append((turn, "user", self.random.choice(self.texts.prose), 0))
        for position, (turn, role, content, train) in enumerate(said):
            self.message(key, position, (role, content, train, turn))

    def evidence(self, key: str, number: int) -> None:
        """What is known of an accepted program: mostly good."""
        status = ("contradicted", "unverified", "unverified", *("verified",) * 6)[number % 10 - 1]
        reasons = (
            [] if status == "verified" else ["too few mutants are killed", "too few solutions agree"][: number % 3]
        )
        said = f"{status}: 9 of 10 mutants killed, 4 of 4 independent solutions agree, no test changed"
        counts = (1, 9, 10, None, None, None, None, "confirmed", 4, 4, 2, 2, 2, 0, 0, 0, 1)
        self.add("evidence", (key, status, said, *counts, json.dumps({"reasons": reasons}), START.isoformat()))

    def message(self, key: str, position: int, said: tuple[str, str, int, int]) -> None:
        """One message, and the paid reply behind it."""
        role, content, train, turn = said
        self.made += 1
        agent = {"user": "questioner", "assistant": "programmer", "interpreter": "docker"}[role]
        asked = "" if role == "interpreter" else hashlib.sha256(f"{key}{position}".encode()).hexdigest()
        prompt = "h" * 64 if asked else ""
        self.add("messages", (key, position, role, content, train, agent, turn, prompt, asked))
        if asked:
            purpose, turns = f"{agent}/solve", [["user", content[:400]]]
            request = json.dumps({"model": "m", "purpose": purpose, "sampling": {"seed": position}, "turns": turns})
            self.add("requests", (asked, key, purpose, "m", request, content, "m", "stop", 600, 180, 4.0))

    def execution(self, key: str, turn: int, program: str, *, passed: bool) -> str:
        """One round; returns what it printed."""
        name = self.random.choice(ERRORS)
        verdict = "ok" if passed else "timeout" if self.random.random() < 0.05 else "error"
        stderr = f'Traceback (most recent call last):\n  File "tests.py", line 1\n{name}: {key}\n'
        stderr = stderr if verdict == "error" else ""
        packages = [self.random.choice(PACKAGES)] if self.random.random() < 0.1 else []
        for package in packages:
            self.add("packages", (key, package))
        solution, tests, out, error, log = map(self.blob, (program, f"assert f({key!r})", "", stderr, ""))
        job = hashlib.sha256(f"{key}{turn}".encode()).hexdigest()
        ran = (key, turn, job, verdict, 0 if passed else 1, 3, solution, tests, json.dumps(packages), out, error)
        measured = (0, 0, 0.2, 0.1, 1 << 24, log, "[]", "exit code 1", "docker", "sha256:" + "0" * 64)
        self.add("executions", (*ran, *measured, error_class(verdict, stderr, 1)))
        return stderr or "All tests passed: 3 assertions held."


COLUMNS = {
    "runs": "", "blobs": "", "evidence": "",
    "requests": "(hash, conversation_id, purpose, model, request, content, answered_by, finish_reason, prompt_tokens,"
    " completion_tokens, seconds)",
    "seeds": "(id, kind, language, content, source, licence, name)",
    "conversations": "(id, run_id, seed_id, status, reason, rounds, problem, program, tests, started_at, finished_at,"
    " seconds, prompt_tokens, completion_tokens)",
    "messages": "(conversation_id, position, role, content, train, agent, round, prompt_hash, request_hash)",
    "executions": "(conversation_id, round, job_hash, verdict, exit_code, assertions, program, tests, requirements,"
    " stdout, stderr, stdout_truncated, stderr_truncated, wall_seconds, cpu_seconds, peak_memory_bytes, install_log,"
    " installed, detail, backend, image, error_class)",
    "packages": "(conversation_id, package)",
    "splits": "(seed_id, split, group_id, language, salt, frozen_at)",
}  # fmt: skip


def make(path: Path, messages: int) -> None:
    """Make the database, under another name until it is whole."""
    unfinished = path.with_name(path.name + ".part")
    for leftover in path.parent.glob(unfinished.name + "*"):
        leftover.unlink()
    database = open_database(unfinished)
    with closing(database.conn) as connection:
        connection.execute("pragma synchronous = off")
        connection.execute("pragma foreign_keys = off")
        Maker(connection, messages).make()
        connection.execute("pragma wal_checkpoint(truncate)")
    unfinished.rename(path)


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        sys.exit(__doc__)
    start = time.perf_counter()
    make(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else MESSAGES)
    sys.stdout.write(f"{sys.argv[1]}: {time.perf_counter() - start:.0f} s\n")
