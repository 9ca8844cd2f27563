"""The install phase: which packages a job needs, how pip is called, and what its answer means.

The rules are the same on every backend. Invariants: pip gets a list of validated requirement strings and takes wheels
only, so no package's code runs while there is a network; an unreachable index is the machine's fault and never counts
against a program. Not covered: where packages come from, see `index.py`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from aiev_interpreter.errors import SandboxError
from aiev_interpreter.packages import npm
from aiev_interpreter.packages.imports import KNOWN, imported
from aiev_interpreter.packages.index import redacted
from aiev_interpreter.packages.requirements import InstallPlan, parse_install
from aiev_interpreter.packages.shell import commands
from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from aiev_interpreter.settings import InstallSettings

INSTALL_MEMORY_BYTES = 1 << 30
"""Memory that the installer gets at least."""
REFRESH_DAYS = 7
TREE_DIGITS = 24
_UNREACHABLE = (
    "Temporary failure in name resolution",
    "Name or service not known",
    "Connection refused",
    "Network is unreachable",
    "Max retries exceeded",
    "NewConnectionError",
    "CERTIFICATE_VERIFY_FAILED",
    *("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH", "SELF_SIGNED_CERT_IN_CHAIN"),
)
"""Parts of the messages of pip and of npm when they cannot reach the index."""
_DIST_INFO = re.compile(r"[A-Za-z0-9._]+-[A-Za-z0-9._+!]+\.dist-info")
_WORDS = {
    "timeout": "The installation took too long.",
    "cpu": "The installation took too long.",
    "disk": "The packages are larger than allowed.",
    "oom": "The installation took too much memory.",
    "output_limit": "The installer wrote too much.",
}


def pip_arguments(requirements: tuple[str, ...], settings: InstallSettings) -> list[str]:
    """Arguments of `pip install` into the folder that the supervisor names, without prompts and without a cache."""
    quiet = ("--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir", "--root-user-action=ignore")
    wheels = () if settings.allow_source else ("--only-binary=:all:",)
    return ["install", *quiet, *wheels, "--target", "{tree}", "--", *requirements]


def tree_of(requirements: tuple[str, ...], settings: InstallSettings, today: date, language: str = "python") -> str:
    """The name of the tree of packages for these requirements; empty when there are none.

    Requirements without pinned versions get a new tree every `REFRESH_DAYS`, so the cache does not keep an old version
    forever.
    """
    if not requirements:
        return ""
    node = language in npm.LANGUAGES
    pinned = all(npm.is_pinned(one) if node else "==" in one for one in requirements)
    period = "" if pinned else str(today.toordinal() // REFRESH_DAYS)
    source: tuple[object, ...] = (period, settings.index_url or None, settings.extra_index_url or None)
    source = ("npm", period, settings.npm_registry) if node else (*source, settings.allow_source)
    return hashlib.sha256(repr((sorted(requirements), source)).encode()).hexdigest()[:TREE_DIGITS]


def install_limits(limits: Limits) -> Limits:
    """The limits of the install phase."""
    return replace(
        limits,
        wall_seconds=limits.install_seconds,
        cpu_seconds=limits.install_seconds,
        memory_bytes=max(limits.memory_bytes, INSTALL_MEMORY_BYTES),
        disk_bytes=limits.install_bytes,
    )


def install_plan(text: str, language: str, settings: InstallSettings) -> InstallPlan:
    """What the install block of a reply asks for, and what of it is refused."""
    if language == "python" and settings.enabled:
        return parse_install(text)
    if language in npm.LANGUAGES and settings.enabled and npm.registry(settings):
        return npm.parse_npm(text)
    reason = "nothing is installed here; use the standard library"
    return InstallPlan(refused=tuple(f"{command.text}: {reason}" for command in commands(text)))


def wanted_requirements(job: Job, settings: InstallSettings) -> tuple[str, ...]:
    """The job's requirements, and the well-known packages that program and tests import without requiring them."""
    if job.language in npm.LANGUAGES:
        return job.requirements
    if job.language != "python":
        return ()
    named = {_name(one) for one in job.requirements}
    known = KNOWN if settings.enabled and settings.from_imports else {"pytest": "pytest"}
    more = sorted({known[name] for name in imported(job.program, job.tests) & known.keys()})
    return (*job.requirements, *(one for one in more if canonicalize_name(one) not in named))


def forbidden(requirements: tuple[str, ...], settings: InstallSettings) -> tuple[str, ...]:
    """One line for each requirement that the settings' allow and deny lists exclude."""
    allow, deny = ({canonicalize_name(name) for name in names} for names in (settings.allow, settings.deny))
    lines = []
    for requirement in requirements:
        name = canonicalize_name(_name(requirement))
        if name in deny or (allow and name not in allow):
            lines.append(f"ERROR: {name} may not be installed here; write the program without it")
    return tuple(lines)


def forbidden_result(lines: tuple[str, ...]) -> ExecutionResult:
    """The result of a job that needs excluded packages."""
    return _failed("\n".join(lines), "a package may not be installed here")


def refusal(document: dict[str, Any] | None, settings: InstallSettings) -> ExecutionResult | None:
    """The `install_failed` result with the installer's output, without credentials; None when all was installed.

    Raises:
        SandboxError: the installer's sandbox ended without an answer, or the package index is unreachable.
    """
    if document is None:
        raise SandboxError("the installation's sandbox ended without a word")
    if document["exit_code"] == 0 and not document["ended_by"]:
        return None
    words = "\n".join(part for part in (document["stderr"].strip(), _WORDS.get(document["ended_by"], "")) if part)
    stderr = redacted(words, settings)
    if any(sign in stderr for sign in _UNREACHABLE):
        raise SandboxError(f"the package index does not answer: {stderr[-200:]}")
    return replace(_failed(stderr, "a package could not be installed"), wall_seconds=document["wall_seconds"])


def installed_versions(folders: Sequence[str]) -> tuple[str, ...]:
    """`name==version` for each folder `name-version.dist-info`, and for each `name@version` of npm.

    Names that no package can have are left out.
    """
    pairs = [folder.removesuffix(".dist-info").rpartition("-") for folder in folders if _DIST_INFO.fullmatch(folder)]
    pairs += [folder.rpartition("@") for folder in folders if npm.is_pinned(folder)]
    return tuple(sorted(f"{name}=={version}" for name, _, version in pairs))


def _failed(words: str, detail: str) -> ExecutionResult:
    return ExecutionResult(Verdict.INSTALL_FAILED, exit_code=None, stderr=words, install_log=words, detail=detail)


def _name(requirement: str) -> str:
    """The normalised name in a requirement of either kind; empty for what is none."""
    try:
        return str(canonicalize_name(npm.package_name(requirement) or Requirement(requirement).name))
    except InvalidRequirement:
        return ""
