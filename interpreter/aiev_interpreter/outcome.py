"""Turns jobs into supervisor requests, and supervisor documents into typed results.

The same on every backend, so that a verdict means the same everywhere. Invariant: `ok` needs exit code 0, a
completed report, and at least one assertion.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiev_interpreter.errors import SandboxError
from aiev_interpreter.languages import language_named
from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev_interpreter.languages import Language

WORK = "/work"
PACKAGES = "/packages"
SUPPORT = "/aiev"
"""Where the sandbox holds the package `aiev_interpreter.sandbox`."""
WRITABLE = (WORK, "/tmp", "/dev/shm")  # noqa: S108 - inside the sandbox
PRELOADED = frozenset(("numpy", "pandas", "scipy", "sklearn", "matplotlib", "sympy", "networkx", "torch"))
"""Packages slow to import, which a fork server imports once for all programs of a conversation that name them."""
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([\w., \t]+))", re.MULTILINE)
_START = "import sys; sys.path.insert(0, {folder!r}); from aiev_interpreter.sandbox import supervisor; "
_START += "del sys.path[0]; supervisor.main()"
GRACE_SECONDS = 15.0
"""How much longer than its own limits a sandbox may take before it is killed from outside."""
TTL_SECONDS, IDLE_SECONDS = 3600, 900
"""After which a sandbox ends by itself: since its start, and since its last job."""
_DOCUMENT_KEYS = {
    *("ended_by", "exit_code", "stdout", "stderr", "stdout_truncated", "stderr_truncated", "report"),
    *("wall_seconds", "cpu_seconds", "peak_memory_bytes", "stage", "canary", "clean"),
}
_SHORT_KEYS = {"missing", "warm"}
"""Of the two answers that are no documents of a run: a tree of packages is not there; fork servers are started."""
_SIGXCPU, _SIGXFSZ = -24, -25
_ENDINGS = {
    "timeout": (Verdict.TIMEOUT, "the wall-clock limit was reached"),
    "cpu": (Verdict.TIMEOUT, "the CPU-time limit was reached"),
    "output_limit": (Verdict.OUTPUT_LIMIT, "the program wrote more than the output limit"),
    "oom": (Verdict.OOM, "the memory limit was reached"),
    "server": (Verdict.ERROR, "the program ended the process that ran it"),
}
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": WORK,
    "LANG": "C.UTF-8",
    "TMPDIR": "/tmp",  # noqa: S108 - inside the sandbox
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
}


def supervisor_command(python: str) -> list[str]:
    """The command of a sandbox's process 1."""
    options = {
        "writable": WRITABLE,
        "ttl_seconds": TTL_SECONDS,
        "idle_seconds": IDLE_SECONDS,
    }
    return [python, "-I", "-B", "-c", _START.format(folder=SUPPORT), json.dumps(options)]


def warm_request(tree: str, preload: Sequence[str]) -> dict[str, Any]:
    """Asks for the fork servers that later jobs will need: a plain one, and one with these packages and modules."""
    return {"warm": [[""], *([[tree, *preload]] if preload else [])]}


def probe_request(language: Language, limits: Limits) -> dict[str, Any]:
    """Asks whether a language's tools are there: its exit code says so."""
    held = asdict(limits) | {"data_bytes": 0, "memory_bytes": limits.memory_bytes + language.memory_bytes}
    held |= {"wall_seconds": language.compile_seconds, "cpu_seconds": language.compile_seconds}
    return _request(command=list(language.probe), limits=held, env=ENVIRONMENT, tree="", probes=True)


def run_request(job: Job, tree: str, *, limit_processes: bool) -> dict[str, Any]:
    """The supervisor's request for running a job without network, with the packages of `tree` if it has any."""
    language = language_named(job.language)
    plan = language.plan(job.program, job.tests)
    python = language.name == "python"
    limits = asdict(job.limits) | {"data_bytes": job.limits.memory_bytes if python else 0}
    limits["memory_bytes"] += language.memory_bytes
    compiling = limits | {"memory_bytes": language.compile_memory_bytes, "wall_seconds": language.compile_seconds}
    return _request(
        files=dict(plan.files),
        compile=[list(command) for command in plan.compile],
        compile_limits=compiling | {"cpu_seconds": 4 * language.compile_seconds},
        command=list(plan.run),
        limits=limits,
        env=ENVIRONMENT | dict(plan.env),
        tree=tree,
        preload=sorted(PRELOADED & imported(job.program, job.tests)) if python else [],
        limit_processes=limit_processes,
    )


def install_request(command: list[str], limits: Limits, env: dict[str, str], tree: str) -> dict[str, Any]:
    """The supervisor's request for running the installer; `{tree}` in its command is the folder to fill."""
    return _request(
        command=command,
        limits=asdict(limits) | {"data_bytes": 0},
        env=ENVIRONMENT | env,
        tree=tree,
        installs=True,
        watched_bytes=limits.install_bytes,
    )


def _request(**values: Any) -> dict[str, Any]:
    defaults = {
        "files": {},
        "compile": [],
        "preload": [],
        "limit_processes": False,
        "installs": False,
        "probes": False,
        "compile_limits": {},
        "watched": "",
        "watched_bytes": 0,
        "folder": WORK,
    }
    return defaults | values


def imported(*sources: str) -> set[str]:
    """Top-level names that Python sources seem to import, line by line: a hostile text is not parsed on the host."""
    names: set[str] = set()
    for source in sources:
        for plain, listed in _IMPORT.findall(source):
            parts = [plain] if plain else listed.split(",")
            names |= {part.strip().partition(" ")[0].partition(".")[0] for part in parts}
    return names - {""}


def parse_document(text: bytes) -> dict[str, Any]:
    """The supervisor's document.

    Raises:
        SandboxError: it is none.
    """
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not (document.keys() >= _DOCUMENT_KEYS or document.keys() & _SHORT_KEYS):
        raise SandboxError("the supervisor's answer cannot be read")
    return document


def result_of(
    document: dict[str, Any] | None,
    *,
    backend: str,
    image: str,
    oom: bool = False,
) -> ExecutionResult:
    """The typed result of a run.

    Args:
        document: what the supervisor wrote, or None when the sandbox was killed at its outer deadline, or by its limit.
        backend: name of the interpreter.
        image: what it ran in.
        oom: whether its memory limit was seen to be reached from outside.
    """
    if document is None:
        return _without_document(backend=backend, image=image, oom=oom)
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


def _without_document(*, backend: str, image: str, oom: bool) -> ExecutionResult:
    """The result when the sandbox was ended before its supervisor could say anything."""
    if oom:
        verdict, detail, words = Verdict.OOM, "the memory limit ended the sandbox", "MemoryError"
    else:
        verdict, detail = Verdict.TIMEOUT, "the sandbox was killed at its outer deadline"
        words = "The time limit was reached."
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
        return Verdict.ERROR, f"compiling: {_ending(code)}" if document["stage"] == "compile" else _ending(code)
    if not report["completed"]:
        return Verdict.ERROR, "the program ended its own process before the tests were through"
    if document["canary"] == "completed":
        return Verdict.NO_TESTS, "the tests pass even when every assertion fails: let failures end them"
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
