"""Turns jobs into supervisor requests, and supervisor documents into typed results.

The same on every backend, so that a verdict means the same everywhere. Invariant: `ok` needs exit code 0, a
completed report, and at least one assertion.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict

WORK = "/work"
PACKAGES = "/packages"
SUPPORT = "/aiev"
"""Where the sandbox holds the package `aiev_interpreter.sandbox`."""
_START = "import sys; sys.path.insert(0, {folder!r}); from aiev_interpreter.sandbox import {module}; "
_START += "del sys.path[0]; {module}.main()"
GRACE_SECONDS = 15.0
"""How much longer than its own limits a sandbox may take before it is killed from outside."""
_DOCUMENT_KEYS = {
    *(
        "ended_by",
        "exit_code",
        "stdout",
        "stderr",
        "stdout_truncated",
        "stderr_truncated",
        "report",
        "wall_seconds",
    ),
    *("cpu_seconds", "peak_memory_bytes", "listing"),
}
_SIGXCPU, _SIGXFSZ = -24, -25
_ENDINGS = {
    "timeout": (Verdict.TIMEOUT, "the wall-clock limit was reached"),
    "cpu": (Verdict.TIMEOUT, "the CPU-time limit was reached"),
    "output_limit": (Verdict.OUTPUT_LIMIT, "the program wrote more than the output limit"),
    "oom": (Verdict.OOM, "the memory limit was reached"),
}
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": WORK, "LANG": "C.UTF-8", "TMPDIR": "/tmp"}  # noqa: S108


def start_command(python: str, module: str) -> list[str]:
    """The command that starts `supervisor` or `harness` inside the sandbox, from its compiled files."""
    return [python, "-I", "-B", "-c", _START.format(folder=SUPPORT, module=module)]


def run_request(job: Job, *, python: str, limit_processes: bool) -> bytes:
    """The supervisor's request for running a job without network."""
    return supervisor_request(
        command=[*start_command(python, "harness"), WORK],
        files={"solution.py": job.program, "tests.py": job.tests},
        limits=job.limits,
        env=ENVIRONMENT,
        reports=True,
        limit_processes=limit_processes,
    )


def supervisor_request(*, limits: Limits, **values: Any) -> bytes:
    """A request of the supervisor; what is not given is off."""
    defaults = {"reports": False, "limit_processes": False, "watched": "", "watched_bytes": 0, "folder": WORK}
    return json.dumps(defaults | values | {"limits": asdict(limits)}).encode()


def parse_document(text: bytes) -> dict[str, Any] | None:
    """The supervisor's document; None when there is none that can be read."""
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) and document.keys() >= _DOCUMENT_KEYS else None


def result_of(
    document: dict[str, Any] | None,
    *,
    backend: str,
    image: str,
    oom: bool = False,
    late: bool = False,
) -> ExecutionResult:
    """The typed result of a run.

    Args:
        document: what the supervisor wrote, or None when it was killed before it could.
        backend: name of the interpreter.
        image: what it ran in.
        oom: whether the sandbox saw its memory limit reached from outside.
        late: whether the sandbox was killed at the deadline outside of it.
    """
    if document is None:
        return _without_document(backend=backend, image=image, oom=oom, late=late)
    report = _report(document["report"])
    verdict, detail = _verdict(document, report, oom=oom)
    code, stderr = document["exit_code"], document["stderr"]
    if verdict is Verdict.NO_TESTS or (verdict is Verdict.ERROR and code != 1):
        stderr = f"{stderr.rstrip()}\n{detail[0].upper()}{detail[1:]}.\n".lstrip()
    return ExecutionResult(
        verdict=verdict,
        exit_code=code if code >= 0 else None,
        stdout=document["stdout"],
        stderr=stderr,
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


def _without_document(*, backend: str, image: str, oom: bool, late: bool) -> ExecutionResult:
    """The result when the sandbox was alive, but its supervisor said nothing that can be read."""
    if oom:
        verdict, detail, words = Verdict.OOM, "the memory limit ended the sandbox", "MemoryError"
    elif late:
        verdict, detail, words = (
            Verdict.TIMEOUT,
            "the sandbox was killed at its outer deadline",
            "The time limit was reached.",
        )
    else:
        verdict, detail = Verdict.ERROR, "the program ended the process that ran it"
        words = "The program ended the process that ran it."
    return ExecutionResult(verdict=verdict, exit_code=None, stderr=words, detail=detail, backend=backend, image=image)


def _report(text: str) -> dict[str, Any]:
    """The harness's report; one that is missing or was tampered with counts as not completed."""
    empty = {"assertions": 0, "completed": False, "error": ""}
    try:
        report = json.loads(text)
    except ValueError:
        return empty
    good = isinstance(report, dict) and type(report.get("assertions")) is int and type(report.get("completed")) is bool
    return empty | report if good else empty


def _verdict(document: dict[str, Any], report: dict[str, Any], *, oom: bool) -> tuple[Verdict, str]:
    """Verdict and its reason in one line."""
    code, ended_by = document["exit_code"], document["ended_by"]
    ended_by = "cpu" if code == _SIGXCPU and not ended_by else ended_by
    if ended_by in _ENDINGS:
        return _ENDINGS[ended_by]
    if oom or (code != 0 and (report["error"] == "MemoryError" or _raised(document["stderr"], "MemoryError"))):
        return _ENDINGS["oom"]
    if code != 0:
        return Verdict.ERROR, _ending(code)
    if not report["completed"]:
        return Verdict.ERROR, "the program ended its own process before the tests were through"
    if report["assertions"] < 1:
        return (
            Verdict.NO_TESTS,
            "no assertion was executed: write unit tests whose assertions call the solution",
        )
    return Verdict.OK, f"{report['assertions']} assertions held"


def _ending(code: int) -> str:
    """An exit code other than 0 in words; negative ones are signals."""
    if code == _SIGXFSZ:
        return "the file-size limit was reached"
    return f"ended by signal {-code}" if code < 0 else f"exit code {code}"


def _raised(stderr: str, error: str) -> bool:
    lines = stderr.strip().splitlines()
    return bool(lines) and lines[-1].startswith(error)
