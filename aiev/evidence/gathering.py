"""Gathers the evidence for one program that has passed its tests.

Independent solutions and tests are written from the problem alone and compared with the program in the sandbox; mutants
of the program are run against its tests. Invariants: no more solutions are asked for once the outcome is certain;
identical programs run once. Not covered: what the evidence means (`verdict.py`), and how it is stored.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiev.errors import AievError
from aiev.evidence import verdict
from aiev.evidence.agreement import needed
from aiev.evidence.counted import weaknesses
from aiev.evidence.definitions import functions
from aiev.evidence.literals import is_literal, same_value
from aiev.evidence.mutants import mutants
from aiev.evidence.mutation import Mutation, equal_mutants
from aiev.evidence.problem import faults
from aiev.evidence.ruling import majority
from aiev.evidence.running import run_matrix
from aiev.evidence.trial import Plan, Trial, is_trusted
from aiev.store.clock import now
from aiev.store.records import EvidenceRecord
from aiev_interpreter.matrix import Matrix, MatrixResult
from aiev_interpreter.protocol import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.evidence.agreement import Disagreement
    from aiev.evidence.claim import Claim
    from aiev.evidence.settings import AcceptSettings
    from aiev.evidence.witnesses import Hearing, Witnesses
    from aiev_interpreter.protocol import Interpreter, Limits

VALUE_SECONDS = 2.0
"""For the value of a call on an input that no test has, in seconds."""
FURTHER_SUITES = 2
"""Sets of tests that are asked for where those that are there would pass a program that does nothing."""


class Gatherer:
    """Gathers evidence with the parts of one dialogue.

    Args:
        hearing: asks for what is written from the problem alone; None where there is nobody to ask.
        interpreter: runs the matrices.
        limits: of one cell.
        settings: how much evidence.
    """

    def __init__(
        self, hearing: Hearing | None, interpreter: Interpreter, limits: Limits, settings: AcceptSettings
    ) -> None:
        self._hearing, self._interpreter, self._limits, self._settings = hearing, interpreter, limits, settings

    async def gather(self, claim: Claim, known: Witnesses) -> tuple[EvidenceRecord, Witnesses]:
        """The evidence for a claim, and what was written for it, `known` included.

        Raises:
            AievError: the sandbox failed.
            AgentError: what `Agent.say` raises.
        """
        settings = self._settings
        trial, witnesses = await self._heard(claim, known)
        trial = await self._without_undetermined(claim, trial)
        candidate = trial.against()
        against = candidate if candidate and await self._is_upheld(claim, candidate) else None
        mutation = await self._mutation(claim, trial.plan)
        evidence = replace(self._record(claim, trial, witnesses, against), **mutation.columns())
        detail = evidence.detail | {"mutants": mutation.detail(), "mutants_not_run": mutation.not_run}
        detail["reasons"] = list(verdict.reasons(replace(evidence, detail=detail), settings))
        evidence = replace(evidence, detail=detail, status=verdict.status(evidence, settings), made_at=now())
        return replace(evidence, sentence=verdict.sentence(evidence)), witnesses

    async def _heard(self, claim: Claim, known: Witnesses) -> tuple[Trial, Witnesses]:
        """The trial with as many solutions as must agree, and with all where that leaves the outcome open.

        Where all tests together tell too little, further ones are asked for.
        """
        if self._hearing is None:
            return await self._trial(claim, known), known
        settings = self._settings
        first = needed(settings.agreement, settings.alternatives)
        witnesses = await self._hearing.witnesses(known, first, settings.suites)
        trial = await self._trial(claim, witnesses)
        if self._is_open(trial, witnesses):
            witnesses = await self._hearing.witnesses(witnesses, settings.alternatives, settings.suites)
            trial = await self._trial(claim, witnesses)
        if trial.suspicions and settings.suites:
            suites = settings.suites + FURTHER_SUITES
            witnesses = await self._hearing.witnesses(witnesses, len(witnesses.solutions), suites)
            trial = await self._trial(claim, witnesses)
        return trial, witnesses

    def _is_open(self, trial: Trial, witnesses: Witnesses) -> bool:
        """Whether further solutions could still change the outcome."""
        found, settings = trial.agreement, self._settings
        left = settings.alternatives - len(witnesses.solutions)
        reachable = found.agreeing + left >= needed(settings.agreement, found.ran + left)
        return left > 0 and reachable and not self._is_confirmed(trial)

    async def _trial(self, claim: Claim, witnesses: Witnesses) -> Trial:
        """Further inputs run apart, so that a program which takes for ever on them takes no time from the tests."""
        plan = Plan.of(claim, witnesses, self._settings)
        programs = (claim.program, claim.program, *plan.programs)
        result = await self._run(claim, programs, (*plan.own, claim.tests), plan.calls)
        further = await self._values(claim, programs, plan.further) if plan.further else MatrixResult()
        return Trial.of(plan, result, further)

    async def _without_undetermined(self, claim: Claim, trial: Trial) -> Trial:
        """The trial without calls on which the solutions split, where these alone keep it open.

        One stays for which the arbiter has another value than the program.
        """
        split = trial.split(claim) if self._hearing and not self._is_confirmed(trial) else []
        without = replace(trial, left_out=frozenset(split))
        if not split or not self._is_confirmed(without):
            return trial
        own = dict(zip(trial.plan.calls, trial.own.values, strict=False))
        for call in split:
            value = await self._arbitrated(call, claim.language)
            if is_literal(value) and not same_value(value, own[call], claim.language):
                return trial
        return without

    def _is_confirmed(self, trial: Trial) -> bool:
        found = trial.agreement
        return verdict.agreed(found.agreeing, found.ran, self._settings) == verdict.CONFIRMED

    async def _is_upheld(self, claim: Claim, candidate: Disagreement) -> bool:
        """Whether the arbiter sides with the others."""
        value = await self._arbitrated(candidate.call, claim.language)
        return same_value(value, candidate.others, claim.language)

    async def _arbitrated(self, call: str, language: str) -> str:
        """What the arbiter says that a call gives; `undetermined` where there is nobody to ask."""
        answers = await self._hearing.answers(call) if self._hearing else []
        return majority(answers, language)[0]

    async def _mutation(self, claim: Claim, plan: Plan) -> Mutation:
        """Run mutants against the tests, and those that survive on all known inputs."""
        made = mutants(claim.program, claim.language, self._settings.mutants, claim.problem)
        programs = (claim.program, *(mutant.source for mutant in made))
        mutation = Mutation.of(made, await self._run(claim, programs, (claim.tests,), coverage=True))
        calls, alive = (*plan.calls, *plan.further), mutation.survivors
        if not alive or not calls:
            return mutation
        result = await self._values(claim, (claim.program, *(mutant.source for mutant in alive)), calls)
        return replace(mutation, equal=equal_mutants(alive, result.values)) if result.values else mutation

    def _record(self, claim: Claim, trial: Trial, witnesses: Witnesses, against: Disagreement | None) -> EvidenceRecord:
        """The record, but for mutants, standing and date."""
        found, drift, tests = trial.agreement, claim.contract.drift(), trial.tests(claim)
        trusted = [test for test in tests if is_trusted(test)]
        return EvidenceRecord(
            conversation_id="",
            status="",
            sentence="",
            round=claim.round,
            agreement=self._agreement(trial, witnesses, contradicted=against is not None),
            alternatives_agreeing=found.agreeing,
            alternatives=found.ran,
            suites_passed=sum(test.fate == "passed" for test in trusted),
            suites=len(trusted),
            tests_kept=len(drift.kept),
            tests_changed=len(drift.changed),
            tests_dropped=len(drift.dropped),
            tests_added=len(drift.added),
            stable=trial.stable,
            detail=_detail(claim, trial, against),
            tests=tests,
        )

    def _agreement(self, trial: Trial, witnesses: Witnesses, *, contradicted: bool) -> str:
        if contradicted or trial.failed:
            return verdict.CONTRADICTED
        if self._hearing is None or not self._settings.alternatives:
            return ""
        found = trial.agreement
        return verdict.UNDETERMINED if witnesses.repeat else verdict.agreed(found.agreeing, found.ran, self._settings)

    async def _values(self, claim: Claim, programs: Sequence[str], calls: Sequence[str]) -> MatrixResult:
        """Values of calls that nobody has to answer: each gets little time."""
        most = self._limits
        limits = replace(
            most,
            wall_seconds=min(most.wall_seconds, VALUE_SECONDS),
            cpu_seconds=min(most.cpu_seconds, VALUE_SECONDS),
        )
        return await self._run(claim, programs, (), calls, limits=limits)

    async def _run(
        self,
        claim: Claim,
        programs: Sequence[str],
        suites: Sequence[str],
        calls: Sequence[str] = (),
        *,
        limits: Limits | None = None,
        coverage: bool = False,
    ) -> MatrixResult:
        """Run a matrix, and again if the sandbox fails.

        Raises:
            AievError: it failed every time.
        """
        matrix = Matrix(
            programs=tuple(programs),
            suites=tuple(suites),
            calls=tuple(calls),
            language=claim.language,
            requirements=claim.requirements,
            limits=limits or self._limits,
            seconds=self._settings.seconds,
            coverage=coverage,
        )
        result = await run_matrix(self._interpreter, matrix)
        if result.verdict is Verdict.OK:
            return result
        raise AievError(f"sandbox failure while evidence was gathered: {result.detail or 'no detail'}")


def _detail(claim: Claim, trial: Trial, against: Disagreement | None) -> dict[str, object]:
    """What people want to see beside the counts."""
    defined = functions(claim.program, claim.language)
    problem = faults(claim.problem, defined, claim.language) if claim.problem else ()
    undetermined = [call for call in trial.plan.calls if call in trial.left_out]
    detail: dict[str, object] = {
        "problem": [*problem, *weaknesses(claim.program, claim.tests, claim.language), *trial.suspicions],
        "failed": list(trial.failed),
        "arbitrations": [ruling.as_dict() for ruling in claim.contract.rulings],
    }
    if undetermined:
        detail["undetermined"] = undetermined
    if against:
        detail["counterexample"] = {
            "call": against.call,
            "value": against.value,
            "others": against.others,
            "agreeing": against.agreeing,
        }
    return detail
