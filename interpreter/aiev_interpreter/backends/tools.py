"""Whether a sandbox has the tools of a language, and whether they work.

Before the first job of a language, its probe runs, and then a small right program with its tests, as a job would. So
half a language (a compiler without its library, no module loader, a folder that is closed) is an error of the set-up in
words, and no program is blamed for it. Invariant: what has worked once is not tried again. Not covered: other libraries
than those that the image holds.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from aiev_interpreter.backends import outcome
from aiev_interpreter.backends.pool import Sizes
from aiev_interpreter.backends.request import GRACE_SECONDS, probe_request, run_request
from aiev_interpreter.errors import InterpreterUnavailable, SandboxError
from aiev_interpreter.languages import Language, Trial, language_named
from aiev_interpreter.protocol import Job, Limits, Verdict

if TYPE_CHECKING:
    from typing import Any

    from aiev_interpreter.backends.backend import Backend
    from aiev_interpreter.backends.pool import Answer, Pool

_LIMITS = Limits(wall_seconds=20.0, cpu_seconds=20.0)
"""A busy machine starts a runtime slowly."""


class Tools:
    """The tools of one backend.

    Args:
        backend: starts the sandboxes.
        pool: hands them out.
    """

    def __init__(self, backend: Backend, pool: Pool) -> None:
        self._backend, self._pool = backend, pool
        self._lock = threading.Lock()
        self._work: set[str] = set()

    def require(self, job: Job) -> None:
        """Check that the tools which a job needs are there and work.

        Raises:
            InterpreterUnavailable: they are missing, or fail on a program that is right.
            SandboxError: the sandbox failed, or was too slow to tell.
        """
        language = language_named(job.language)
        needed = [trial for trial in language.trials if trial.needed(job.program, job.tests)]
        if {trial.what for trial in needed} <= self._work:
            return
        with self._lock:
            self._probe(language)
            for trial in needed:
                self._try(language, trial)

    def _probe(self, language: Language) -> None:
        document = self._ask(language, probe_request(language, Limits()), language.compile_seconds).document
        if document is None or document["missing"]:
            words = _telling(document["words"]) if document else ""
            said = f" ({' '.join(language.probe)} fails{': ' if words else ''}{words})"
            raise self._unavailable(language, f"no {language.title}{said}")

    def _try(self, language: Language, trial: Trial) -> None:
        if trial.what in self._work:
            return
        job = Job(trial.program, trial.tests, language.name, limits=_LIMITS)
        request = run_request(job, limit_processes=self._backend.limits_processes) | {"mutants": {}}
        seconds = _LIMITS.wall_seconds + len(request["compile"]) * language.compile_seconds
        answer = self._ask(language, request, seconds)
        result = outcome.result_of(answer.document, oom=answer.oom)
        if result.verdict is Verdict.TIMEOUT:
            raise SandboxError(f"{trial.what} took too long over a trivial program: {result.detail}")
        if result.verdict is not Verdict.OK:
            words = _telling(result.stderr) or result.detail
            raise self._unavailable(language, f"no working {trial.what} (a right program fails: {words})")
        self._work.add(trial.what)

    def _ask(self, language: Language, request: dict[str, Any], seconds: float) -> Answer:
        sizes = sizes_of(_LIMITS, language)
        sandbox = self._pool.take("", sizes)
        try:
            return sandbox.ask(request, seconds + GRACE_SECONDS)
        finally:
            self._pool.give_back("", sizes, sandbox, clean=False)

    def _unavailable(self, language: Language, what: str) -> InterpreterUnavailable:
        advice = f"install {' '.join(language.packages)} on this machine"
        if self._backend.name == "docker":
            advice = f"`aiev image build --language {language.name}` adds it to the image"
        return InterpreterUnavailable(f"{self._backend.name} has {what}; {advice}")


def sizes_of(limits: Limits, language: Language) -> Sizes:
    """The sizes of a sandbox in which both the job's program and its compiler can run."""
    memory = limits.memory_bytes + language.memory_bytes
    if language.name != "python":
        memory = max(memory, language.compile_memory_bytes)
    return Sizes(memory, limits.disk_bytes, limits.processes)


def _telling(stderr: str) -> str:
    """The line of an error that says most: the first that names one, else the last."""
    lines = [" ".join(line.split()) for line in stderr.split("\n") if line.strip()]
    return next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "")[:200]
