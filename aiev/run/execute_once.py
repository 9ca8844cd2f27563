"""Runs one program through the interpreter, for people and for anybody's test suite."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiev.errors import AievError
from aiev.setup.errors import as_setup_errors
from aiev.setup.interpreter import build_interpreter
from aiev_interpreter.packages.installation import install_plan
from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict

if TYPE_CHECKING:
    from aiev.config.layers import Config


async def execute_once(
    config: Config, program: str, tests: str, install: str, language: str
) -> tuple[ExecutionResult, tuple[str, ...]]:
    """Run one job: its result, and the parts of `install` that were refused.

    Raises:
        SetupError: no sandbox works here.
        AievError: the sandbox itself failed.
    """
    plan = install_plan(install, language, config.settings.install)
    limits = Limits.of(config.settings.interpreter, config.settings.install)
    job = Job(program=program, tests=tests, language=language, requirements=plan.requirements, limits=limits)
    interpreter = await build_interpreter(config.settings, [language], run_id="execute")
    try:
        with as_setup_errors():
            result = await interpreter.execute(job)
    finally:
        await interpreter.close()
    if result.verdict is Verdict.INFRA:
        raise AievError(f"the sandbox failed: {result.detail}")
    return result, plan.refused


def result_json(result: ExecutionResult) -> dict[str, Any]:
    """The result as plain data; `seconds` is the wall-clock time of the run."""
    return asdict(result) | {"seconds": result.wall_seconds}
