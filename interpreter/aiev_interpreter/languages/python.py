"""Python: the harness of the sandbox rewrites, counts and runs; nothing is compiled."""

from __future__ import annotations

from aiev_interpreter.languages.base import Language, Plan

_START = (
    "import sys; sys.path.insert(0, '/aiev'); from aiev_interpreter.sandbox import harness; "
    "del sys.path[0]; harness.main()"
)


def plan(program: str, tests: str) -> Plan:
    """Two files, and the harness that loads them."""
    files = {"solution.py": program, "tests.py": tests}
    return Plan(files=files, compile=(), run=("python3", "-I", "-B", "-c", _START, "/work"))


PYTHON = Language(
    name="python",
    title="Python",
    aliases=("py", "python3"),
    fences=("python", "py", "python3"),
    extension="py",
    packages=("python3",),
    probe=("python3", "--version"),
    plan=plan,
)
