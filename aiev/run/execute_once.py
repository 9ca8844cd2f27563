"""Runs one program through the interpreter, for people and for anybody's test suite."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from aiev.errors import AievError
from aiev.evidence.claim import Claim
from aiev.evidence.contract import Contract
from aiev.evidence.gathering import Gatherer
from aiev.evidence.verdict import VERIFIED
from aiev.evidence.witnesses import Witnesses
from aiev.setup.errors import as_setup_errors
from aiev.setup.interpreter import build_interpreter
from aiev.setup.model import build_model
from aiev.setup.roles import build_hearing
from aiev_interpreter.packages.installation import install_plan
from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict

if TYPE_CHECKING:
    from aiev.config.layers import Config
    from aiev.store.records import EvidenceRecord
    from aiev_interpreter.protocol import Interpreter


@dataclass(frozen=True, slots=True)
class Executed:
    """What one program came to."""

    result: ExecutionResult
    refused: tuple[str, ...]
    """Parts of the install commands that were not carried out."""
    evidence: EvidenceRecord | None = None
    """None when none was asked for, or the program did not pass."""

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data; `seconds` is the wall-clock time of the run."""
        found = asdict(self.result) | {"seconds": self.result.wall_seconds}
        return found if self.evidence is None else found | {"evidence": evidence_dict(self.evidence)}


async def execute_once(
    config: Config,
    program: str,
    tests: str,
    *,
    install: str = "",
    language: str,
    evidence: bool = False,
    problem: str = "",
) -> Executed:
    """Run one job, and gather evidence for a program that passes, if asked for.

    Args:
        config: the sandbox, its limits, and how much evidence.
        program: its text.
        tests: likewise.
        install: commands that install packages.
        language: of program and tests.
        evidence: gather evidence: mutants, coverage, and what the program gives for further inputs.
        problem: what the program is for. With it, the configured model also writes independent solutions and tests.

    Raises:
        SetupError: no sandbox works here, or no model.
        AievError: the sandbox itself failed.
    """
    plan = install_plan(install, language, config.settings.install)
    limits = Limits.of(config.settings.interpreter, config.settings.install)
    job = Job(program=program, tests=tests, language=language, requirements=plan.requirements, limits=limits)
    interpreter = await build_interpreter(config.settings, [language], run_id="execute")
    try:
        with as_setup_errors():
            result = await interpreter.execute(job)
            if result.verdict is Verdict.INFRA:
                raise AievError(f"the sandbox failed: {result.detail}")
            wanted = evidence and result.verdict is Verdict.OK
            found = await _evidence(config, job, problem, interpreter) if wanted else None
    finally:
        await interpreter.close()
    return Executed(result, plan.refused, found)


async def _evidence(config: Config, job: Job, problem: str, interpreter: Interpreter) -> EvidenceRecord:
    settings = config.settings
    contract = Contract.of(problem, job.language)
    tests, contract = contract.amended(job.tests)
    claim = Claim(
        problem=problem,
        program=job.program,
        tests=tests,
        contract=contract,
        round=1,
        language=job.language,
        requirements=job.requirements,
    )
    if not problem:
        found, _ = await Gatherer(None, interpreter, job.limits, settings.accept).gather(claim, Witnesses())
        return found
    model = await build_model(settings)
    try:
        key = str(settings.run.seed)
        hearing = build_hearing(model, settings, problem=problem, language=job.language, key=key)
        found, _ = await Gatherer(hearing, interpreter, job.limits, settings.accept).gather(claim, Witnesses())
    finally:
        await model.close()
    return found


def evidence_dict(evidence: EvidenceRecord) -> dict[str, Any]:
    """Evidence as plain data, with `verified` as a truth value."""
    found = asdict(replace(evidence, conversation_id=""))
    del found["conversation_id"]
    return {"verified": evidence.status == VERIFIED} | found
