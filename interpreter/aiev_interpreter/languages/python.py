"""Python: a fork of the sandbox's fork server rewrites the tests, counts and runs. No command is started."""

from __future__ import annotations

from aiev_interpreter.languages.language import Language, Plan


def plan(program: str, tests: str) -> Plan:
    """Two files and no command, so the supervisor uses the fork server."""
    return Plan(files={"solution.py": program, "tests.py": tests}, compile=(), run=())


PYTHON = Language(
    name="python",
    title="Python",
    aliases=("py", "python3"),
    fences=("python", "py", "python3"),
    extension="py",
    packages=("python3",),
    probe=("python3", "--version"),
    plan=plan,
    mutants={"raises": ("raise",), "constant": ("constant-a", "constant-b")},
)
