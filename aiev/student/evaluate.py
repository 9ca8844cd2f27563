"""Evaluates a model on a set of problems: every problem is answered `gate.samples` times and judged by its own tests.

Invariants: a paid reply is never asked for again (it is in the journal), and a judged program never runs again (its
sample is in the store), kill -9 included; the first failure of endpoint or sandbox ends the evaluation; a request that
the endpoint refuses is missing, named, and asked again by the next start. None of it is held against the model.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from aiev.errors import SetupError, UsageError
from aiev.run.engine import Engine
from aiev.run.lease import leased
from aiev.setup.errors import as_resumable_errors
from aiev.store.clock import now
from aiev.store.reading.read_only import ReadOnly
from aiev.store.reading.student import StudentReader
from aiev.store.writing.student import StudentStore
from aiev.student.context import DEFAULT_BACKENDS, Backends, open_evaluation
from aiev.student.evaluation import (
    Evaluation,
    answered,
    check_samples,
    evaluation_owner,
    evaluation_record,
    pass_at_k_of,
)
from aiev.student.roles import config_for_role
from aiev.student.rounds import current_round, items_of, problems_of
from aiev.student.sampling import draw_sample, unanswered_requests
from aiev_agents.errors import RequestGivenUp, RequestRejected

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.run.progress import Progress
    from aiev.store.student_records import EvaluationRecord, TrainingRecord
    from aiev.student.context import EvaluationContext
    from aiev.student.problems import Problem
    from aiev.student.roles import RoleName


async def evaluate_round(
    config: Config,
    db: Path,
    role: RoleName,
    *,
    model_name: str = "",
    training: TrainingRecord | None = None,
    limit: int = 0,
    progress: Progress | None = None,
    backends: Backends = DEFAULT_BACKENDS,
) -> Evaluation:
    """Evaluate a role on the test problems of the last round.

    Args:
        config: the teacher's.
        db: the database.
        role: who is evaluated.
        model_name: model in place of the configured one.
        training: whose weights the student uses; None takes its newest training, or the untrained student without any.
        limit: number of problems, the first by id; 0 takes all.
        progress: counts samples.
        backends: open the model and the sandbox.

    Raises:
        AievError: see `evaluate` and `freeze_round`.
    """
    ReadOnly(db).close()  # evaluating a missing database must not create it
    with StudentStore.open(db) as store, StudentReader.open(db) as reader:
        number = await current_round(store, reader, config.settings.split)
        problems = problems_of(sorted(items_of(reader.accepted(), number, "test"), key=lambda one: one.id))
        if not problems:
            raise UsageError(f"round {number} of {db} has no test problems; make more dialogues with `aiev teach`")
        chosen = problems[:limit] if limit else problems
        if role == "student" and not model_name:
            training = training or next((one for one in reader.trainings() if one.status == "done"), None)
        own = config_for_role(config, role, model=training.adapter if training else model_name)
        opened = open_evaluation(own, store, reader, chosen, training=training, progress=progress, backends=backends)
        async with opened as context:
            return await evaluate(context, chosen, subject=role, round_number=number)


async def evaluate(
    context: EvaluationContext,
    problems: Sequence[Problem],
    *,
    subject: str = "",
    benchmark: str = "",
    round_number: int = 0,
) -> Evaluation:
    """Evaluate a model on problems, or read the evaluation from the store when it is there.

    Args:
        context: model, sandbox, store and settings.
        problems: any number; each gets `gate.samples` replies.
        subject: `teacher`, `student`, or empty.
        benchmark: its name; empty for the test problems of a round.
        round_number: of the gate; 0 outside of any.

    Raises:
        LeaseError: another process makes this evaluation.
        ConfigError: `gate.k` or `gate.temperature` does not fit `gate.samples`.
        SetupError: the endpoint refuses everything or does not answer, or the sandbox has no tools for a language;
            what was done is kept.
        SandboxFailedError: the sandbox failed every time.
    """
    check_samples(context.settings.gate)
    record = evaluation_record(context, problems, subject=subject, benchmark=benchmark, round_number=round_number)
    known = {one.id: one for one in context.reader.evaluations()}.get(record.id)
    earlier = Evaluation(known or record, answered(context.reader.samples(record.id)))
    if earlier.record.finished_at and not earlier.missing:
        return earlier
    async with leased(context.store, f"evaluation {record.id}"):
        await context.store.write_evaluation(earlier.record)
        refused = await _draw_missing(context, record, problems)
        samples = answered(context.reader.samples(record.id))
        scores = pass_at_k_of(samples, context.settings.gate.k, drawn=record.samples)
        if refused and not scores:
            raise SetupError(f"{next(iter(refused.values()))}; no problem was answered whole, so there is no result")
        ended = replace(earlier.record, finished_at=now(), pass_at_k=scores)
        await context.store.write_evaluation(ended)
    return Evaluation(ended, samples, refused)


async def _draw_missing(
    context: EvaluationContext, record: EvaluationRecord, problems: Sequence[Problem]
) -> dict[str, str]:
    """Draw the samples that the store lacks, with `run.workers` at once: the problems that were refused, and why."""
    done = {(sample.item, sample.sample) for sample in answered(context.reader.samples(record.id))}
    wanted = [(problem, number) for problem in problems for number in range(record.samples)]
    missing = [(problem, number) for problem, number in wanted if (problem.id, number) not in done]
    context.progress.already, context.progress.total = len(wanted) - len(missing), len(missing)
    if context.prefetch:
        await context.prefetch(evaluation_owner(record), await unanswered_requests(context, record, missing))
    engine = Engine(context.settings.run.workers, context.progress)
    refused: dict[str, str] = {}
    await engine.run(missing, partial(_draw, context, record, refused))
    return refused


async def _draw(
    context: EvaluationContext, record: EvaluationRecord, refused: dict[str, str], wanted: tuple[Problem, int]
) -> None:
    try:
        with as_resumable_errors():
            sample = await draw_sample(context, record, *wanted)
    except (RequestRejected, RequestGivenUp) as error:
        refused[wanted[0].id] = str(error)
        context.progress.statuses["missing"] += 1
        return
    await context.store.add_sample(sample)
    context.progress.verdicts[sample.verdict] += 1
    context.progress.statuses["passed" if sample.passed else "failed"] += 1
