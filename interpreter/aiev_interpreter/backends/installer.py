"""Installs trees of packages, each once, in a sandbox of its own.

Invariant: a tree is installed by one thread, while others that need it wait. Not covered: which packages a job needs,
and what an installer's answer means, see `packages/installation.py`.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiev_interpreter.backends.pool import Sizes
from aiev_interpreter.backends.request import CODE, GRACE_SECONDS, install_request
from aiev_interpreter.packages import index, installation, npm

if TYPE_CHECKING:
    from aiev_interpreter.backends.backend import Backend
    from aiev_interpreter.protocol import ExecutionResult, Limits
    from aiev_interpreter.settings import InstallSettings


class Installer:
    """The trees of one backend.

    Args:
        backend: starts the sandboxes.
        settings: where packages come from.
    """

    def __init__(self, backend: Backend, settings: InstallSettings) -> None:
        self._backend, self._settings = backend, settings
        self._tree_locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._installed: set[str] = set()

    def tree(self, requirements: tuple[str, ...], language: str = "python") -> str:
        """The name of the tree for these requirements; empty without any."""
        return installation.tree_of(requirements, self._settings, datetime.now(tz=UTC).date(), language)

    def install(
        self, tree: str, requirements: tuple[str, ...], language: str, limits: Limits
    ) -> tuple[ExecutionResult | None, str]:
        """Install a tree unless another job has done so; returns a failure's result, and the log."""
        with self._lock:
            lock = self._tree_locks.setdefault(tree, threading.Lock())
        with lock:
            if tree in self._installed:
                return None, ""  # another job has installed it
            limits = installation.install_limits(limits)
            sandbox = self._backend.installer(
                Sizes(limits.memory_bytes, limits.disk_bytes, limits.processes), self._settings
            )
            try:
                request = self._request(tree, requirements, language, limits)
                document = sandbox.ask(request, limits.wall_seconds + GRACE_SECONDS).document
            finally:
                sandbox.close()
            failed = installation.refusal(document, self._settings)
            if not failed:
                self._installed.add(tree)
        words = document["stdout"] + document["stderr"] if document else ""
        return failed, index.redacted(words, self._settings)

    def _request(self, tree: str, requirements: tuple[str, ...], language: str, limits: Limits) -> dict[str, Any]:
        """The request that installs a tree, by npm for the languages of Node.js, else by pip."""
        if language in npm.LANGUAGES:
            script = f"{CODE}/aiev_interpreter/sandbox/npm.py"
            command = [self._backend.python, "-B", script, "{tree}", *requirements]
            return install_request(command, limits, index.npm_environment(self._settings), tree)
        command = [*self._backend.pip_command(), *installation.pip_arguments(requirements, self._settings)]
        return install_request(command, limits, index.environment(self._settings), tree)
