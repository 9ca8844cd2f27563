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
from typing import TYPE_CHECKING, Any

from aiev_interpreter.backends import matrices, outcome
from aiev_interpreter.backends.installer import Installer
from aiev_interpreter.backends.pool import Answer, Pool, Sizes
from aiev_interpreter.backends.request import (
    GRACE_SECONDS,
    matrix_request,
    run_request,
    warm_request,
    with_packages,
)
from aiev_interpreter.backends.tools import Tools, sizes_of
from aiev_interpreter.errors import InterpreterUnavailable, SandboxError
from aiev_interpreter.languages import language_named
from aiev_interpreter.matrix import Matrix, MatrixResult
from aiev_interpreter.packages import installation
from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict
from aiev_interpreter.sandbox.twin import TWIN_FACTOR

if TYPE_CHECKING:
    from aiev_interpreter.backends.backend import Backend
    from aiev_interpreter.settings import InstallSettings, InterpreterSettings

THREADS = 64
"""Jobs in progress at the same time: waiting, installing, or running."""
_CORES = os.cpu_count() or 1
RUNNING = 2 * _CORES
"""Programs that run at the same time. With more, the load of each would count against the time limits of the others."""


class SandboxInterpreter:
    """Runs jobs in pooled sandboxes.

    Args:
        backend: starts the sandboxes.
        settings: how many sandboxes are kept, and which packages they import before their first program.
        install: where packages come from, and which are allowed.
        notice: why another backend was not taken.
    """

    def __init__(
        self, backend: Backend, settings: InterpreterSettings, install: InstallSettings, notice: str = ""
    ) -> None:
        self.name, self.image, self.notice = backend.name, backend.image, notice
        self._backend, self._install = backend, install
        self._installer = Installer(backend, install)
        self._running = threading.BoundedSemaphore(RUNNING)
        self._preload = tuple(sorted(settings.preload))
        self._preloaded_tree = self._installer.tree(self._preload)
        warm = warm_request(self._preloaded_tree, self._preload)
        self._pool = Pool(backend.make, ready=settings.ready, kept=settings.kept, warm=warm)
        self._tools = Tools(backend, self._pool)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=f"aiev-{backend.name}")

    async def execute(self, job: Job, *, owner: str = "") -> ExecutionResult:
        """See `Interpreter.execute`."""
        loop = asyncio.get_running_loop()
        result = await loop.run_in_executor(self._threads, self._execute_safely, job, owner)
        return replace(result, backend=self.name, image=self.image)

    async def execute_matrix(self, matrix: Matrix, *, owner: str = "") -> MatrixResult:
        """See `Interpreter.execute_matrix`."""
        loop = asyncio.get_running_loop()
        result = await loop.run_in_executor(self._threads, self._execute_matrix_safely, matrix, owner)
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
            return ExecutionResult(verdict=Verdict.INFRA, exit_code=None, detail=self._failure(error))

    def _execute_matrix_safely(self, matrix: Matrix, owner: str) -> MatrixResult:
        try:
            return self._execute_matrix(matrix, owner)
        except (SandboxError, OSError) as error:
            return MatrixResult(verdict=Verdict.INFRA, detail=self._failure(error))

    def _failure(self, error: Exception) -> str:
        """What a sandbox died of, in one line. No idle one is trusted any more."""
        self._pool.distrust()
        return " ".join(str(error).split())[:300]

    def _execute(self, job: Job, owner: str) -> ExecutionResult:
        language = language_named(job.language)
        request = run_request(job, limit_processes=self._backend.limits_processes)
        if failed := outcome.too_large(request["files"], job.limits.disk_bytes):
            return failed
        compiling = len(request["compile"]) * language.compile_seconds
        seconds = (1 + TWIN_FACTOR) * job.limits.wall_seconds + compiling + GRACE_SECONDS
        answer, log = self._answer(job, request, owner, seconds)
        if isinstance(answer, ExecutionResult):
            return answer
        result = outcome.result_of(answer.document, oom=answer.oom)
        names = answer.document.get("installed", []) if answer.document else []
        return replace(result, install_log=log, installed=installation.installed_versions(names))

    def _execute_matrix(self, matrix: Matrix, owner: str) -> MatrixResult:
        job = matrices.sources(matrix)
        if refused := matrices.too_large(matrix):
            return refused
        request = matrix_request(matrix, limit_processes=self._backend.limits_processes)
        answer, _ = self._answer(job, request, owner, matrix.seconds + GRACE_SECONDS)
        if isinstance(answer, ExecutionResult):
            return MatrixResult(verdict=answer.verdict, detail=f"{answer.detail} {answer.stderr}".strip())
        return matrices.result_of(answer.document, oom=answer.oom)

    def _answer(
        self, job: Job, request: dict[str, Any], owner: str, seconds: float
    ) -> tuple[Answer | ExecutionResult, str]:
        """The sandbox's answer, once the packages are there, and the log of their installation.

        Args:
            job: what is run, for its language, packages and limits.
            request: the request without a tree of packages.
            owner: the conversation.
            seconds: when the sandbox is killed from outside.

        Returns:
            A result instead of the answer where packages are refused.
        """
        language = language_named(job.language)
        self._tools.require(job)
        requirements = installation.wanted_requirements(job, self._install)
        if refused := installation.forbidden(requirements, self._install):
            return installation.forbidden_result(refused), ""
        if requirements and set(requirements) <= set(self._preload):
            requirements = self._preload
        tree = self._installer.tree(requirements, language.name)
        request = with_packages(request, tree, language)
        if tree and tree == self._preloaded_tree:
            request["preload"] = list(self._preload)
        sizes, log = sizes_of(job.limits, language), ""
        answer = self._ask(sizes, request, owner, seconds)
        if answer.document is not None and answer.document.get("missing"):
            failed, log = self._installer.install(tree, requirements, language.name, job.limits)
            if failed:
                return failed, log
            answer = self._ask(sizes, request, owner, seconds)
        return answer, log

    def _ask(self, sizes: Sizes, request: dict[str, Any], owner: str, seconds: float) -> Answer:
        sandbox = self._pool.take(owner, sizes)
        clean = False
        try:
            with self._running:
                answer = sandbox.ask(request, seconds)
            clean = answer.document is not None and bool(answer.document.get("clean", True))
        finally:
            self._pool.give_back(owner, sizes, sandbox, clean=clean)
        return answer
