"""Turns the supervisor's documents into typed results.

The rules are the same on every backend, so a verdict means the same everywhere. Invariant: `ok` needs exit code 0, a
completed report, and at least one assertion that held. Not covered: the requests, see `request.py`.
"""

from __future__ import annotations

import json
from typing import Any

from aiev_interpreter.errors import SandboxError
from aiev_interpreter.protocol import ExecutionResult, Verdict

_MEASURED = ("stdout", "stdout_truncated", "stderr_truncated", "wall_seconds", "cpu_seconds", "peak_memory_bytes")
"""Fields of a document that are fields of the result under the same name."""
_DOCUMENT_KEYS = {*_MEASURED, "ended_by", "exit_code", "stderr", "report", "stage", "canary", "empty", "clean"}
_SHORT_KEYS = {"missing", "warm", "matrix"}
"""Keys of the answers that do not describe a run: a tree of packages is missing, fork servers are started, or the cells
of a matrix are through."""
_REASONS = {
    "raises": "even when the program raises instead",
    "constant": "whatever value of the same type the program returns",
}
BLOCK_BYTES = 4096
"""What files take on disk is a multiple of this."""
_SHOWN = 3
"""Assertions that prove nothing and that a reason names, at most."""
_SIGXCPU, _SIGXFSZ = -24, -25
_ENDINGS = {
    "timeout": (Verdict.TIMEOUT, "the wall-clock limit was reached"),
    "cpu": (Verdict.TIMEOUT, "the CPU-time limit was reached"),
    "output_limit": (Verdict.OUTPUT_LIMIT, "the program wrote more than the output limit"),
    "oom": (Verdict.OOM, "the memory limit was reached"),
    "server": (Verdict.ERROR, "the program ended the process that ran it"),
}


def parse_document(text: bytes) -> dict[str, Any]:
    """The supervisor's document.

    Raises:
        SandboxError: the text is not a valid document.
    """
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not (document.keys() >= _DOCUMENT_KEYS or document.keys() & _SHORT_KEYS):
        raise SandboxError("the supervisor's answer cannot be read")
    return document


def result_of(document: dict[str, Any] | None, *, oom: bool = False) -> ExecutionResult:
    """The typed result of a run, without the backend and the image.

    Args:
        document: what the supervisor wrote; None when the sandbox was killed at its outer deadline or at its memory
            limit.
        oom: whether the memory limit was seen from outside.
    """
    if document is None:
        return _without_document(oom=oom)
    report = _report(document["report"])
    empty = _empty(document, report)
    report["assertions"] -= sum(held for *_, held in empty)
    verdict, detail = _verdict(document, report, empty, oom=oom)
    code, stderr = document["exit_code"], document["stderr"]
    if verdict is Verdict.NO_TESTS or (verdict is Verdict.ERROR and code != 1):
        stderr = f"{stderr.rstrip()}\n{detail[0].upper()}{detail[1:]}.\n".lstrip()
    return ExecutionResult(
        verdict=verdict,
        exit_code=code if code >= 0 else None,
        stderr=stderr,
        assertions=report["assertions"],
        detail=detail,
        **{name: document[name] for name in _MEASURED},
    )


def too_large(files: dict[str, str], disk_bytes: int) -> ExecutionResult | None:
    """The result of a job whose files alone fill the work folder; None when there is room."""
    need = sum(BLOCK_BYTES * (2 + len(text.encode(errors="replace")) // BLOCK_BYTES) for text in files.values())
    if need <= disk_bytes:
        return None
    detail = f"the program is larger than its work folder ({disk_bytes >> 20} MiB)"
    return ExecutionResult(Verdict.ERROR, exit_code=None, stderr=f"OSError: {detail}", detail=detail)


def _without_document(*, oom: bool) -> ExecutionResult:
    """The result when the sandbox ended before its supervisor could answer."""
    if oom:
        verdict, detail, words = Verdict.OOM, "the memory limit ended the sandbox", "MemoryError"
    else:
        verdict, detail = Verdict.TIMEOUT, "the sandbox was killed at its outer deadline"
        words = "The time limit was reached."
    return ExecutionResult(verdict=verdict, exit_code=None, stderr=words, detail=detail)


def _report(text: str) -> dict[str, Any]:
    """The harness's report; a missing or forged one counts as not completed."""
    empty = {"assertions": 0, "completed": False, "error": "", "sites": []}
    try:
        report = json.loads(text)
    except (ValueError, RecursionError):
        return empty
    good = isinstance(report, dict) and type(report.get("assertions")) is int and type(report.get("completed")) is bool
    return empty | report if good else empty


def _empty(document: dict[str, Any], report: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Source, reason and count of the assertions that prove nothing."""
    held = {line: (source, times) for line, source, times in report["sites"]}
    return [(held[line][0], reason, held[line][1]) for line, _, reason in document["empty"] if line in held]


def _verdict(
    document: dict[str, Any], report: dict[str, Any], empty: list[tuple[str, str, int]], *, oom: bool
) -> tuple[Verdict, str]:
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
    return _proof(document["canary"], report["assertions"], empty)


def _proof(canary: str, assertions: int, empty: list[tuple[str, str, int]]) -> tuple[Verdict, str]:
    """Whether tests that passed prove anything."""
    if canary == "completed":
        return Verdict.NO_TESTS, "the tests pass even when every assertion fails: let failures end them"
    if canary == "crashed":
        return Verdict.ERROR, "the program passed once, and ended its own process when it was run again"
    if assertions < 1 and empty:
        return Verdict.NO_TESTS, "no assertion depends on the program: " + "; ".join(
            f"`{source}` holds {_REASONS.get(reason, reason)}" for source, reason, _ in empty[:_SHOWN]
        )
    if assertions < 1:
        return Verdict.NO_TESTS, "no assertion was executed: write unit tests whose assertions call the solution"
    besides = f"; {len(empty)} more prove nothing" if empty else ""
    return Verdict.OK, f"{assertions} assertions held{besides}"


def _ending(code: int) -> str:
    """A non-zero exit code in words; negative codes are signals."""
    if code == _SIGXFSZ:
        return "the file-size limit was reached"
    return f"ended by signal {-code}" if code < 0 else f"exit code {code}"


def _raised(stderr: str, error: str) -> bool:
    return bool(stderr.strip()) and stderr.strip().rpartition("\n")[2].startswith(error)
