"""Turns jobs into supervisor requests, and supervisor documents into typed results.

The same on every backend, so that a verdict means the same everywhere. Invariant: `ok` needs exit code 0, a completed
report, and at least one assertion.
"""

from __future__ import annotations

import ast
import json
from dataclasses import asdict, replace
from typing import Any

from aiev_interpreter.errors import SandboxError
from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict

WORK = "/work"
PACKAGES = "/packages"
SUPPORT = "/aiev"
"""Where the sandbox holds `supervisor.py` and `harness.py`."""
GRACE_SECONDS = 15.0
"""How much longer than its own limits a sandbox may take before it is killed from outside."""
_SIGXCPU, _SIGXFSZ, _SIGKILL = -24, -25, -9
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": WORK, "LANG": "C.UTF-8", "TMPDIR": "/tmp"}  # noqa: S108


def run_request(job: Job, *, python: str, limit_processes: bool) -> bytes:
    """The supervisor's request for running a job without network."""
    return _request(
        command=[python, "-I", "-B", f"{SUPPORT}/harness.py", WORK],
        files={"solution.py": job.program, "tests.py": job.tests},
        limits=job.limits,
        env=_ENVIRONMENT,
        reports=True,
        limit_processes=limit_processes,
    )


def install_request(command: list[str], limits: Limits, env: dict[str, str]) -> bytes:
    """The supervisor's request for installing packages into `PACKAGES`."""
    installing = replace(
        limits,
        wall_seconds=limits.install_seconds,
        cpu_seconds=limits.install_seconds,
        memory_bytes=max(limits.memory_bytes, 1 << 30),
        disk_bytes=limits.install_bytes,
    )
    return _request(
        command=command,
        files={},
        limits=installing,
        env=_ENVIRONMENT | env,
        watched=PACKAGES,
        watched_bytes=limits.install_bytes,
    )


def _request(*, limits: Limits, **values: Any) -> bytes:
    defaults = {"reports": False, "limit_processes": False, "watched": "", "watched_bytes": 0, "folder": WORK}
    return json.dumps(defaults | values | {"limits": asdict(limits)}).encode()


def parse_document(text: bytes) -> dict[str, Any] | None:
    """The supervisor's document; None when there is none that can be read."""
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) and "ended_by" in document else None


def result_of(document: dict[str, Any] | None, *, backend: str, image: str, oom: bool = False) -> ExecutionResult:
    """The typed result of a run.

    Args:
        document: what the supervisor wrote, or None when it was killed before it could.
        backend: name of the interpreter.
        image: what it ran in.
        oom: whether the sandbox saw its memory limit reached from outside.
    """
    if document is None:
        verdict = Verdict.OOM if oom else Verdict.ERROR
        detail = "the memory limit ended the sandbox" if oom else "the program ended its own sandbox"
        text = "MemoryError" if oom else "The program ended the process that ran it."
        return ExecutionResult(
            verdict=verdict, exit_code=None, stderr=text, detail=detail, backend=backend, image=image
        )
    report = _report(document["report"])
    verdict, detail = _verdict(document, report, oom=oom)
    code = document["exit_code"]
    return ExecutionResult(
        verdict=verdict,
        exit_code=code if code >= 0 else None,
        stdout=document["stdout"],
        stderr=document["stderr"],
        stdout_truncated=document["stdout_truncated"],
        stderr_truncated=document["stderr_truncated"],
        assertions=report["assertions"],
        wall_seconds=document["wall_seconds"],
        cpu_seconds=document["cpu_seconds"],
        peak_memory_bytes=document["peak_memory_bytes"],
        detail=detail,
        backend=backend,
        image=image,
    )


def _report(text: str) -> dict[str, Any]:
    """The harness's report; one that is missing or was tampered with counts as not completed."""
    empty = {"assertions": 0, "completed": False}
    try:
        report = json.loads(text)
    except ValueError:
        return empty
    good = isinstance(report, dict) and type(report.get("assertions")) is int and report.get("completed") in (True, False)
    return report if good else empty


def _verdict(document: dict[str, Any], report: dict[str, Any], *, oom: bool) -> tuple[Verdict, str]:
    """Verdict and its reason in one line."""
    code, ended_by = document["exit_code"], document["ended_by"]
    out_of_memory = oom or ended_by == "oom" or (code != 0 and _raised(document["stderr"], "MemoryError"))
    match ended_by:
        case "timeout":
            return Verdict.TIMEOUT, "the wall-clock limit was reached"
        case "output_limit":
            return Verdict.OUTPUT_LIMIT, "the program wrote more than the output limit"
    if out_of_memory:
        return Verdict.OOM, "the memory limit was reached"
    if code == _SIGXCPU or (code == _SIGKILL and not ended_by):
        return Verdict.TIMEOUT, "the CPU-time limit was reached"
    if code == _SIGXFSZ:
        return Verdict.ERROR, "the file-size limit was reached"
    if code != 0:
        return Verdict.ERROR, f"ended by signal {-code}" if code < 0 else f"exit code {code}"
    if not report["completed"]:
        return Verdict.ERROR, "the program ended before its tests were through"
    if report["assertions"] < 1:
        return Verdict.NO_TESTS, "no assertion was executed"
    return Verdict.OK, f"{report['assertions']} assertions held"


def _raised(stderr: str, error: str) -> bool:
    lines = stderr.strip().splitlines()
    return bool(lines) and lines[-1].startswith(error)


def wanted_requirements(job: Job) -> tuple[str, ...]:
    """The job's requirements, and pytest when its tests import it."""
    named = {requirement.split("=")[0].split("[")[0].strip().lower() for requirement in job.requirements}
    needs_pytest = "pytest" in _imports(job.tests) and "pytest" not in named
    return (*job.requirements, "pytest") if needs_pytest else job.requirements


def _imports(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return set()
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


def install_failure(document: dict[str, Any] | None, *, backend: str, image: str, redact: tuple[str, ...]) -> ExecutionResult:
    """The result of an installation that did not work: the installer's words, without credentials."""
    if document is None:
        raise SandboxError("the installation's sandbox ended without a word")
    ended_by = document["ended_by"]
    words = {
        "timeout": "The installation took too long.",
        "disk": "The packages are larger than allowed.",
        "oom": "The installation took too much memory.",
    }.get(ended_by, "")
    stderr = "\n".join(part for part in (document["stderr"].strip(), words) if part)
    for secret in redact:
        stderr = stderr.replace(secret, "***")
    return ExecutionResult(
        verdict=Verdict.INSTALL_FAILED,
        exit_code=None,
        stderr=stderr,
        wall_seconds=document["wall_seconds"],
        install_log=stderr,
        detail=ended_by or "the installer refused",
        backend=backend,
        image=image,
    )


def only_networkless(document: dict[str, Any]) -> bool:
    """Whether pip failed because the index did not answer, which is no program's fault."""
    text = document["stderr"]
    no_answer = ("Temporary failure in name resolution", "Connection refused", "Max retries exceeded", "CERTIFICATE_VERIFY")
    return any(words in text for words in no_answer)
