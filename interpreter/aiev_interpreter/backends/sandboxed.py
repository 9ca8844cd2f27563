"""Executes jobs in sandboxes: install, run, judge. The same code serves every backend.

Invariants: a program runs in a sandbox that no other conversation uses; its packages are installed beforehand, in
another sandbox; a failure of the sandbox itself is the verdict `infra`. Not covered: how a backend isolates a sandbox.
"""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from aiev_interpreter.backends import outcome
from aiev_interpreter.backends.pool import Answer, Pool, Sandbox, Sizes
from aiev_interpreter.backends.request import (
    CODE,
    GRACE_SECONDS,
    install_request,
    probe_request,
    run_request,
    warm_request,
)
from aiev_interpreter.errors import InterpreterUnavailable, SandboxError
from aiev_interpreter.languages import Language, language_named
from aiev_interpreter.packages import index, installation, npm
from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict
from aiev_interpreter.sandbox.twin import TWIN_FACTOR

if TYPE_CHECKING:
    from aiev_interpreter.settings import InstallSettings, InterpreterSettings

THREADS = 64
"""Jobs in progress at the same time: waiting, installing, or running."""
_CORES = os.cpu_count() or 1
RUNNING = 2 * _CORES
"""Programs that run at the same time. With more, the load of each would count against the time limits of the others."""


class Backend(Protocol):
    """Starts sandboxes."""

    name: str
    image: str
    python: str
    limits_processes: bool
    """Whether the supervisor must limit the number of processes."""

    def make(self, sizes: Sizes) -> Sandbox:
        """A started sandbox without a network; raises SandboxError."""
        ...

    def installer(self, sizes: Sizes, install: InstallSettings) -> Sandbox:
        """A started sandbox with a network and write access to the store of packages; raises SandboxError."""
        ...

    def pip_command(self) -> list[str]:
        """The command that starts pip inside the sandbox."""
        ...

    def close(self) -> None:
        """Remove everything that the backend created. May be called twice."""
        ...


class SandboxInterpreter:
    """Runs jobs in pooled sandboxes.

    Args:
        backend: starts the sandboxes.
        settings: how many sandboxes are kept, and which packages they import before their first program.
        install: where packages come from, and which are allowed.
    """

    def __init__(self, backend: Backend, settings: InterpreterSettings, install: InstallSettings) -> None:
        self.name, self.image = backend.name, backend.image
        self._backend, self._install = backend, install
        self._tree_locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._languages: set[str] = {"python"}
        self._running = threading.BoundedSemaphore(RUNNING)
        self._installed: set[str] = set()
        self._preload = tuple(sorted(settings.preload))
        self._preloaded_tree = self._tree(self._preload)
        warm = warm_request(self._preloaded_tree, self._preload)
        self._pool = Pool(backend.make, ready=settings.ready, kept=settings.kept, warm=warm)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=f"aiev-{backend.name}")

    async def execute(self, job: Job, *, owner: str = "") -> ExecutionResult:
        """See `Interpreter.execute`."""
        loop = asyncio.get_running_loop()
        result = await loop.run_in_executor(self._threads, self._execute_safely, job, owner)
        return replace(result, backend=self.name, image=self.image)

    async def release(self, owner: str) -> None:
        """See `Interpreter.release`."""
        self._pool.release(owner)

    async def close(self) -> None:
        """See `Interpreter.close`."""
        await asyncio.to_thread(self._pool.close)
        await asyncio.to_thread(self._backend.close)
        self._threads.shutdown(wait=False)

    async def check(self) -> None:
        """Run a trivial job.

        Raises:
            InterpreterUnavailable: the backend does not work here; the message says why.
        """
        result = await self.execute(Job(program="x = 1", tests="assert x == 1"))
        if result.verdict is not Verdict.OK:
            reason = f"{result.detail} {result.stderr[:200]}".strip()
            raise InterpreterUnavailable(f"{self.name} does not work here: {reason}")

    async def prepare(self, limits: Limits) -> None:
        """Install the preloaded packages and start the first sandboxes."""
        if self._preload:
            source = "\n".join(f"import {name}" for name in self._preload)
            await self.execute(Job(program=source, tests="assert True", requirements=self._preload, limits=limits))

    def _execute_safely(self, job: Job, owner: str) -> ExecutionResult:
        try:
            return self._execute(job, owner)
        except (SandboxError, OSError) as error:
            self._pool.distrust()
            detail = " ".join(str(error).split())[:300]
            return ExecutionResult(verdict=Verdict.INFRA, exit_code=None, detail=detail)

    def _execute(self, job: Job, owner: str) -> ExecutionResult:
        language = language_named(job.language)
        self._require(language)
        requirements = installation.wanted_requirements(job, self._install)
        if refused := installation.forbidden(requirements, self._install):
            return installation.forbidden_result(refused)
        if requirements and set(requirements) <= set(self._preload):
            requirements = self._preload
        tree = self._tree(requirements, language.name)
        request = run_request(job, tree, limit_processes=self._backend.limits_processes)
        if failed := outcome.too_large(request["files"], job.limits.disk_bytes):
            return failed
        if tree and tree == self._preloaded_tree:
            request["preload"] = list(self._preload)
        log = ""
        answer = self._ask(job, language, request, owner)
        if answer.document is not None and answer.document.get("missing"):
            failed, log = self._install_tree(tree, requirements, language.name, job.limits)
            if failed:
                return failed
            answer = self._ask(job, language, request, owner)
        result = outcome.result_of(answer.document, oom=answer.oom)
        names = answer.document.get("installed", []) if answer.document else []
        return replace(result, install_log=log, installed=installation.installed_versions(names))

    def _ask(self, job: Job, language: Language, request: dict[str, Any], owner: str) -> Answer:
        sizes = sizes_of(job.limits, language)
        seconds = (
            (1 + TWIN_FACTOR) * job.limits.wall_seconds
            + len(request["compile"]) * language.compile_seconds
            + GRACE_SECONDS
        )
        sandbox = self._pool.take(owner, sizes)
        clean = False
        try:
            with self._running:
                answer = sandbox.ask(request, seconds)
            clean = answer.document is not None and bool(answer.document.get("clean", True))
        finally:
            self._pool.give_back(owner, sizes, sandbox, clean=clean)
        return answer

    def _tree(self, requirements: tuple[str, ...], language: str = "python") -> str:
        return installation.tree_of(requirements, self._install, datetime.now(tz=UTC).date(), language)

    def _install_request(
        self, tree: str, requirements: tuple[str, ...], language: str, limits: Limits
    ) -> dict[str, Any]:
        """The request that installs a tree, by npm for the languages of Node.js, else by pip."""
        if language in npm.LANGUAGES:
            script = f"{CODE}/aiev_interpreter/sandbox/npm.py"
            command = [self._backend.python, "-B", script, "{tree}", *requirements]
            return install_request(command, limits, index.npm_environment(self._install), tree)
        command = [*self._backend.pip_command(), *installation.pip_arguments(requirements, self._install)]
        return install_request(command, limits, index.environment(self._install), tree)

    def _install_tree(
        self, tree: str, requirements: tuple[str, ...], language: str, limits: Limits
    ) -> tuple[ExecutionResult | None, str]:
        """Install a tree of packages unless another job has done so; returns a failure's result, and the log."""
        with self._lock:
            lock = self._tree_locks.setdefault(tree, threading.Lock())
        with lock:
            if tree in self._installed:
                return None, ""  # another job has installed it
            limits = installation.install_limits(limits)
            sandbox = self._backend.installer(
                Sizes(limits.memory_bytes, limits.disk_bytes, limits.processes), self._install
            )
            try:
                request = self._install_request(tree, requirements, language, limits)
                document = sandbox.ask(request, limits.wall_seconds + GRACE_SECONDS).document
            finally:
                sandbox.close()
            failed = installation.refusal(document, self._install)
            if not failed:
                self._installed.add(tree)
        words = document["stdout"] + document["stderr"] if document else ""
        return failed, index.redacted(words, self._install)

    def _require(self, language: Language) -> None:
        """Check that a language's tools are in the sandbox.

        Raises:
            InterpreterUnavailable: they are missing.
        """
        if language.name in self._languages:
            return
        limits = Limits()
        sizes = sizes_of(limits, language)
        sandbox = self._pool.take("", sizes)
        try:
            answer = sandbox.ask(probe_request(language, limits), language.compile_seconds + GRACE_SECONDS)
        finally:
            self._pool.give_back("", sizes, sandbox, clean=False)
        if answer.document is None or answer.document["missing"]:
            raise InterpreterUnavailable(
                f"{self.name} has no {language.title} ({' '.join(language.probe)} fails); {self._advice(language)}"
            )
        self._languages.add(language.name)

    def _advice(self, language: Language) -> str:
        if self.name == "docker":
            return f"`aiev image build --language {language.name}` adds it to the image"
        return f"install {' '.join(language.packages)} on this machine"


def sizes_of(limits: Limits, language: Language) -> Sizes:
    """The sizes of a sandbox in which both the job's program and its compiler can run."""
    memory = limits.memory_bytes + language.memory_bytes
    if language.name != "python":
        memory = max(memory, language.compile_memory_bytes)
    return Sizes(memory, limits.disk_bytes, limits.processes)
