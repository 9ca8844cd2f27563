"""The class of the error that ended a round, read from what the program wrote to stderr.

A class is the name that the language itself gives: an exception without its module (`KeyError`), a compiler's code
(`E0308`, `TS2322`), or one of a few words where a language has no name (`panic`, `compile error`, `failed assertion`,
`signal`). A round that ended otherwise has its verdict for a class (`timeout`, `oom`, `malformed`); one that passed has
none. Invariant: the time grows with the length of the text only, and a class is short and
printable. Not covered: telling two exceptions of one name apart, and messages that a program only imitates.
"""

from __future__ import annotations

import re

MAX_CHARS = 40
"""Longest class; what is longer is no name that anybody chose to count."""
_TAIL = 20_000
"""Characters of stderr that are looked at: what ended a program is written last, what stopped a compiler first."""
UNKNOWN = "other"
_NAME = r"(?:[A-Za-z_$][\w$]{0,80}(?:\.|::))*([A-Za-z_$][\w$]{0,80})"
_RAISED = re.compile(
    rf"^(?:Uncaught |Exception in thread \"[^\"\n]*\" |Caused by: )?{_NAME}(?: \[\w+\])?(?::|$|, which the tests)",
    re.MULTILINE,
)
_LAST_FRAME = re.compile(r'^  File "[^\n]*', re.MULTILINE)
_ERROR_NAME = re.compile(r"\w*(?:Error|Exception|Interrupt|Exit|Iteration|Warning|Failure|Throwable)\w*$")
_SIGNS = (
    (re.compile(r"^error\[(E\d{4})\]", re.MULTILINE), ""),
    (re.compile(r"\berror (TS\d{3,5})\b"), ""),
    (re.compile(r"terminate called after throwing an instance of '(?:\w+::)*(\w+)'"), ""),
    (re.compile(r"^\S+\.java:\d+: error:", re.MULTILINE), "compile error"),
    (re.compile(r"^\S+?:\d+:\d+: (?:fatal )?error:", re.MULTILINE), "compile error"),
    (re.compile(r"^\S+\.go:\d+:\d+: ", re.MULTILINE), "compile error"),
    (re.compile(r"assertion .{0,200}\bfailed|^--- FAIL: |^failed: ", re.IGNORECASE | re.MULTILINE), "failed assertion"),
    (re.compile(r"^panic: |panicked", re.MULTILINE), "panic"),
    (re.compile(r": command not found$", re.MULTILINE), "command not found"),
    (re.compile(r"syntax error"), "syntax error"),
    (re.compile(r"Segmentation fault|core dumped|killed by signal", re.IGNORECASE), "signal"),
    (re.compile(r"^error: ", re.MULTILINE), "compile error"),
)


def error_class(verdict: str, stderr: str, exit_code: int | None = None) -> str:
    """Class of the error that ended a round; empty for one that passed.

    Args:
        verdict: of the round; only `error` has its class in the text.
        stderr: what the program, its compiler or its tests wrote.
        exit_code: of the program's process; None when it never ran.
    """
    if verdict == "ok":
        return ""
    if verdict != "error":
        return verdict
    return _raised(stderr[-_TAIL:]) or _sign(stderr) or _by_code(exit_code)


def _raised(text: str) -> str:
    """Name of the exception that was not caught: the last one, and under a Python traceback whatever its name is."""
    frames = [match.end() for match in _LAST_FRAME.finditer(text)]
    if frames and (below := _first_name(text[frames[-1] :])):
        return below
    names = [name for name in _RAISED.findall(text) if _ERROR_NAME.match(name)]
    return _short(names[-1]) if names else ""


def _first_name(text: str) -> str:
    """The exception under the last frame: the first line that is not indented names it."""
    for line in text.split("\n")[1:]:
        if line and not line[0].isspace():
            match = _RAISED.match(line)
            return _short(match[1]) if match else ""
    return ""


def _sign(text: str) -> str:
    for part in (text[:_TAIL], text[-_TAIL:]):
        for pattern, name in _SIGNS:
            if match := pattern.search(part):
                return name or _short(match[1])
    return ""


def _by_code(exit_code: int | None) -> str:
    return "signal" if exit_code is not None and (exit_code < 0 or exit_code > 128) else UNKNOWN  # noqa: PLR2004 - 128 + n


def _short(name: str) -> str:
    return name if len(name) <= MAX_CHARS else UNKNOWN
