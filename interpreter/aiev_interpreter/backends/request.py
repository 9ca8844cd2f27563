"""The host's requests to a sandbox's supervisor: run a job or a matrix, install packages, warm up, probe for tools.

The requests are the same on every backend. Invariant: a request is plain JSON, and nothing of a job is executed while
its request is made. Not covered: the supervisor's answer, see `outcome.py`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiev_interpreter.languages import language_named
from aiev_interpreter.packages import npm
from aiev_interpreter.packages.imports import imported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev_interpreter.languages import Language, Plan
    from aiev_interpreter.matrix import Matrix
    from aiev_interpreter.protocol import Job, Limits

WORK = "/work"
PACKAGES = "/packages"
CODE = "/aiev"
"""Where the sandbox holds the package `aiev_interpreter.sandbox`."""
WRITABLE = (WORK, "/tmp", "/dev/shm")  # noqa: S108 - inside the sandbox
PRELOADED = frozenset(("numpy", "pandas", "scipy", "sklearn", "matplotlib", "sympy", "networkx", "torch"))
"""Packages that are slow to import. A fork server imports them once for all programs of a conversation."""
GRACE_SECONDS = 15.0
"""Time that a sandbox gets beyond its own limits before it is killed from outside."""
TTL_SECONDS, IDLE_SECONDS = 3600, 900
"""A sandbox ends by itself this long after its start, and this long after its last job."""
_START = "import sys; sys.path[0] = {folder!r}; from aiev_interpreter.sandbox import supervisor; "
_START += "del sys.path[0]; supervisor.main()"
HOSTNAME = "sandbox"
USER = "nobody"
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": WORK,
    "USER": USER,
    "LOGNAME": USER,
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",  # process 1 reads it, and every program is a fork of it
    "TMPDIR": "/tmp",  # noqa: S108 - inside the sandbox
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
}
"""The environment of every program in every language. Hash seed, time zone and locale are part of what a verdict means,
so a change belongs in the changelog and in `interpreter/README.md`."""


def supervisor_command(python: str) -> list[str]:
    """The command of process 1 of a sandbox, without `-I`, which would ignore the environment's hash seed."""
    options = {"writable": WRITABLE, "ttl_seconds": TTL_SECONDS, "idle_seconds": IDLE_SECONDS}
    return [python, "-s", "-B", "-c", _START.format(folder=CODE), json.dumps(options)]


def warm_request(tree: str, preload: Sequence[str]) -> dict[str, Any]:
    """Starts the fork servers that later jobs need: a plain one, and one with these packages and modules."""
    return {"warm": [[""], *([[tree, *preload]] if preload else [])]}


def probe_request(language: Language, limits: Limits) -> dict[str, Any]:
    """Runs a language's probe command, whose exit code tells whether the tools are installed."""
    held = asdict(limits) | {"data_bytes": 0, "memory_bytes": limits.memory_bytes + language.memory_bytes}
    held |= {"wall_seconds": language.compile_seconds, "cpu_seconds": language.compile_seconds}
    return _request(command=list(language.probe), limits=held, env=ENVIRONMENT, probes=True)


def run_request(job: Job, *, limit_processes: bool) -> dict[str, Any]:
    """Runs a job without a network.

    Args:
        job: program and tests.
        limit_processes: whether the supervisor limits the number of processes.
    """
    language = language_named(job.language)
    plan = language.plan(job.program, job.tests)
    return _request(
        **_commands(plan) | {"env": ENVIRONMENT | dict(plan.env)},
        **_limits(job.limits, language),
        mutants={reason: list(modes) for reason, modes in language.mutants.items()},
        preload=_preload(language, job.program, job.tests),
        limit_processes=limit_processes,
    )


def matrix_request(matrix: Matrix, *, limit_processes: bool) -> dict[str, Any]:
    """Runs programs and suites against each other without a network.

    Args:
        matrix: programs, suites and calls.
        limit_processes: whether the supervisor limits the number of processes.
    """
    language = language_named(matrix.language)
    asked: dict[str, Any] = {
        "programs": list(matrix.programs),
        "suites": list(matrix.suites),
        "calls": list(matrix.calls),
        "seconds": matrix.seconds,
        "coverage": matrix.coverage,
        "plans": [],
        "alone": [],
    }
    if language.name != "python":
        plans = [[language.plan(program, suite) for suite in matrix.suites] for program in matrix.programs]
        asked["plans"] = [[_commands(plan) for plan in row] for row in plans]
        if not any(plan.compile for row in plans for plan in row):
            asked["alone"] = [_commands(language.plan(program, "")) for program in matrix.programs]
    return _request(
        **_limits(matrix.limits, language),
        matrix=asked,
        command=[],
        env=ENVIRONMENT,
        preload=_preload(language, *matrix.programs, *matrix.suites),
        limit_processes=limit_processes,
    )


def with_packages(request: dict[str, Any], tree: str, language: Language) -> dict[str, Any]:
    """A request whose programs can import a tree of packages; an empty name stands for none."""
    modules = {"NODE_PATH": f"{PACKAGES}/{tree}/node_modules"} if tree and language.name in npm.LANGUAGES else {}
    return request | {"tree": tree, "env": request["env"] | modules}


def _commands(plan: Plan) -> dict[str, Any]:
    """What a plan puts into a request."""
    return {
        "files": dict(plan.files),
        "compile": [list(command) for command in plan.compile],
        "command": list(plan.run),
        "env": dict(plan.env),
    }


def _limits(limits: Limits, language: Language) -> dict[str, Any]:
    """The limits of a run and of a compile command."""
    held = asdict(limits) | {"data_bytes": limits.memory_bytes if language.name == "python" else 0}
    held["memory_bytes"] += language.memory_bytes
    compiling = {"memory_bytes": language.compile_memory_bytes, "wall_seconds": language.compile_seconds}
    return {"limits": held, "compile_limits": held | compiling | {"cpu_seconds": 4 * language.compile_seconds}}


def _preload(language: Language, *sources: str) -> list[str]:
    """Packages that the fork server has imported before these sources run."""
    return sorted(PRELOADED & imported(*sources)) if language.name == "python" else []


def install_request(command: list[str], limits: Limits, env: dict[str, str], tree: str) -> dict[str, Any]:
    """Runs the installer; `{tree}` in its command stands for the folder to fill."""
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
        "matrix": {},
        "mutants": {},
        "preload": [],
        "tree": "",
        "limit_processes": False,
        "installs": False,
        "probes": False,
        "compile_limits": {},
        "watched": "",
        "watched_bytes": 0,
        "folder": WORK,
    }
    return defaults | values
