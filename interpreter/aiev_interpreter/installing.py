"""The install phase, the same on every backend: what pip is asked, and what its answer means.

Invariants: pip gets a list of validated requirement strings and takes wheels only, so no package's code
runs while there is a network; an index that does not answer is the machine's fault, never a program's.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from aiev_interpreter.errors import SandboxError
from aiev_interpreter.outcome import ENVIRONMENT, PACKAGES, supervisor_request
from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict

if TYPE_CHECKING:
    from aiev_interpreter.install import InstallSettings

INSTALL_MEMORY_BYTES = 1 << 30
_UNREACHABLE = (
    "Temporary failure in name resolution",
    "Name or service not known",
    "Connection refused",
    "Network is unreachable",
    "Max retries exceeded",
    "NewConnectionError",
    "CERTIFICATE_VERIFY_FAILED",
)
_WORDS = {
    "timeout": "The installation took too long.",
    "cpu": "The installation took too long.",
    "disk": "The packages are larger than allowed.",
    "oom": "The installation took too much memory.",
    "output_limit": "The installer wrote too much.",
}


def pip_arguments(requirements: tuple[str, ...]) -> list[str]:
    """Arguments of `pip install`: wheels only, into `PACKAGES`, asking nothing and caching nothing."""
    return [
        "install",
        *(
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
            "--no-cache-dir",
            "--root-user-action=ignore",
        ),
        *("--only-binary=:all:", "--target", PACKAGES, "--", *requirements),
    ]


def install_limits(limits: Limits) -> Limits:
    """The limits of the install phase."""
    return replace(
        limits,
        wall_seconds=limits.install_seconds,
        cpu_seconds=limits.install_seconds,
        memory_bytes=max(limits.memory_bytes, INSTALL_MEMORY_BYTES),
        disk_bytes=limits.install_bytes,
    )


def install_request(command: list[str], limits: Limits, env: dict[str, str]) -> bytes:
    """The supervisor's request for running the installer."""
    return supervisor_request(
        command=command,
        files={},
        limits=install_limits(limits),
        env=ENVIRONMENT | env,
        watched=PACKAGES,
        watched_bytes=limits.install_bytes,
    )


def wanted_requirements(job: Job) -> tuple[str, ...]:
    """The job's requirements, and pytest when its tests import it."""
    if "pytest" not in _imports(job.tests) or "pytest" in {_name(one) for one in job.requirements}:
        return job.requirements
    return (*job.requirements, "pytest")


def refusal(
    document: dict[str, Any] | None, settings: InstallSettings, *, backend: str, image: str
) -> ExecutionResult | None:
    """The `install_failed` result, in the installer's words without credentials; None when all was installed.

    Raises:
        SandboxError: the installer's sandbox ended without a word, or the package index does not answer.
    """
    if document is None:
        raise SandboxError("the installation's sandbox ended without a word")
    if document["exit_code"] == 0 and not document["ended_by"]:
        return None
    words = "\n".join(part for part in (document["stderr"].strip(), _WORDS.get(document["ended_by"], "")) if part)
    stderr = settings.redacted(words)
    if any(sign in stderr for sign in _UNREACHABLE):
        raise SandboxError(f"the package index does not answer: {stderr[-200:]}")
    return ExecutionResult(
        verdict=Verdict.INSTALL_FAILED,
        exit_code=None,
        stderr=stderr,
        wall_seconds=document["wall_seconds"],
        install_log=stderr,
        detail="a package could not be installed",
        backend=backend,
        image=image,
    )


def with_installed(
    result: ExecutionResult, document: dict[str, Any] | None, settings: InstallSettings
) -> ExecutionResult:
    """A run's result with what was installed for it."""
    if document is None:
        return result
    log = settings.redacted(document["stdout"] + document["stderr"])
    return replace(result, installed=installed_versions(document["listing"]), install_log=log)


def installed_versions(folders: list[str]) -> tuple[str, ...]:
    """`name==version` for each `.dist-info` folder name."""
    pairs = [folder.removesuffix(".dist-info").rpartition("-") for folder in folders if folder.endswith(".dist-info")]
    return tuple(sorted(f"{name}=={version}" for name, _, version in pairs))


def _name(requirement: str) -> str:
    try:
        return str(canonicalize_name(Requirement(requirement).name))
    except InvalidRequirement:
        return ""


def _imports(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}
