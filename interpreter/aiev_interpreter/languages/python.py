"""Python: a fork of the sandbox's fork server rewrites, counts and runs; nothing is compiled, no command is started."""

from __future__ import annotations

from aiev_interpreter.languages.language import Language, Plan


def plan(program: str, tests: str) -> Plan:
    """Two files; no command, which asks for a fork of the fork server."""
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
)
