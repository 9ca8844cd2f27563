"""Judges programs by the hidden tests of their problems, in the sandbox.

Invariants: a program runs once for each problem, however often it was written and whatever killed the command: results
are kept in a file of JSON lines, by hash. A failure of the sandbox is an error and never a verdict. A program is right
if its verdict is `ok`, as in `aiev evaluate`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from aiev.dialogue.execution import run_until_real
from aiev_interpreter import Job, open_interpreter
from aiev_interpreter.settings import InterpreterSettings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aiev.student.problems import Problem
    from aiev_interpreter.protocol import Interpreter

AT_ONCE = 2
_SHOWN = 1200
"""Characters of a failure's output that are kept."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the hidden tests said of one program."""

    key: str
    problem: str
    right: bool
    verdict: str
    output: str
    """The end of stderr: the assertion that failed; the reason of the verdict where it is empty."""


class HiddenTests:
    """The hidden tests of some problems, and what they said so far."""

    def __init__(self, problems: Iterable[Problem], path: Path) -> None:
        """Take the problems, and the file of earlier results, which need not exist."""
        self._problems = {problem.id: problem for problem in problems}
        self._path = path
        lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
        self._known = {one.key: one for one in map(_parsed, lines) if one}

    def of(self, problem: str, program: str) -> Judgement:
        """What is known of a program. Raises KeyError before `judge` has seen it."""
        return self._known[self._key(problem, program)]

    async def judge(self, programs: Iterable[tuple[str, str]], backend: str) -> int:
        """Run the programs that are not known yet, and return their number.

        Args:
            programs: name of the problem, and source.
            backend: see `interpreter.backend`.
        """
        pairs = {self._key(*pair): pair for pair in programs}
        waiting = iter([(key, pair) for key, pair in pairs.items() if key not in self._known])
        before = len(self._known)
        interpreter = await open_interpreter(InterpreterSettings(backend=backend), run_id="precision")
        try:
            await asyncio.gather(*(self._work(interpreter, waiting) for _ in range(AT_ONCE)))
        finally:
            await interpreter.close()
        return len(self._known) - before

    async def _work(self, interpreter: Interpreter, waiting: Iterable[tuple[str, tuple[str, str]]]) -> None:
        for key, (name, program) in waiting:
            result = await run_until_real(interpreter, Job(program, self._problems[name].tests))
            output = (result.stderr or result.detail)[-_SHOWN:]
            self._add(Judgement(key, name, result.verdict == "ok", str(result.verdict), output))

    def _add(self, judgement: Judgement) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps(asdict(judgement)))  # in front, so that a line cut by a kill spoils no other
        self._known[judgement.key] = judgement

    def _key(self, name: str, program: str) -> str:
        text = f"{name}\0{self._problems[name].tests}\0{program}"
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _parsed(line: str) -> Judgement | None:
    try:
        return Judgement(**json.loads(line))
    except (ValueError, TypeError):
        return None
