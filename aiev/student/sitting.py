"""Opens what an evaluation needs, lets a model sit, and closes it again; says how it goes on standard error."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from aiev.batch.answers import answered_by_batch
from aiev.dataset.split import freeze
from aiev.errors import UsageError
from aiev.run.progress import Progress
from aiev.store.clock import now
from aiev.store.reading.dialogues import DialogueReader
from aiev.store.reading.read_only import ReadOnly
from aiev.store.reading.student import StudentReader
from aiev.store.writing.student import StudentStore
from aiev.student.evaluate import Room, Sat, evaluate, passed_by_item
from aiev.student.gate import Judged, gate_rules, judge_and_keep, newest
from aiev.student.passk import mean_pass_at_k
from aiev.student.roles import REAL, Openers, named, role_config
from aiev.student.rounds import TEACHING, items_of, next_round, problems_of
from aiev.view.terminal.panel import evaluation_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.dataset.settings import SplitSettings
    from aiev.store.student_records import GateRecord, TrainingRecord
    from aiev.student.gate import Guards
    from aiev.student.problems import Problem
    from aiev.student.roles import RoleName
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_interpreter.protocol import Interpreter

_LINE_SECONDS = 15.0


async def freeze_round(
    store: StudentStore, reader: StudentReader, settings: SplitSettings, *, stage: str = TEACHING
) -> int:
    """Freeze a round with all accepted dialogues that are in none; its number.

    Their seeds are put into the split first, so an item is in the same part as in every export.

    Raises:
        UsageError: there is no accepted dialogue.
    """
    accepted = reader.accepted()
    if not accepted:
        raise UsageError(f"{reader.path} holds no accepted dialogue; `aiev teach` makes them")
    await asyncio.to_thread(freeze, reader.path, settings)
    part_of = {row.seed_id: row.split for row in DialogueReader(reader.db).splits()}
    record, items = next_round(accepted, reader.rounds(), part_of, stage=stage, frozen_at=now())
    await store.freeze_round(record, items)
    return record.number


async def current_round(store: StudentStore, reader: StudentReader, settings: SplitSettings) -> int:
    """Number of the last round; the first is frozen when there is none. Raises what `freeze_round` raises."""
    rounds = reader.rounds()
    return rounds[-1].number if rounds else await freeze_round(store, reader, settings)


async def sit_round(
    config: Config,
    db: Path,
    role: RoleName,
    *,
    model_name: str = "",
    training: TrainingRecord | None = None,
    limit: int = 0,
    quiet: bool = False,
    openers: Openers = REAL,
) -> Sat:
    """Let a role sit the test problems of the last round.

    Args:
        config: the teacher's.
        db: the database.
        role: who sits.
        model_name: model in place of the configured one.
        training: what the student has learnt; None takes its newest training, and without any the student as it is.
        limit: take so many problems, the first by id; 0 takes all.
        quiet: say nothing on standard error.
        openers: how model and sandbox are had.

    Raises:
        AievError: see `evaluate` and `freeze_round`.
    """
    own = role_config(config, role, model=model_name)
    ReadOnly(db).close()  # a database that is not there is not made by evaluating it
    with StudentStore.open(db) as store, StudentReader.open(db) as reader:
        number = await current_round(store, reader, config.settings.split)
        problems = problems_of(sorted(items_of(reader.accepted(), number, "test"), key=lambda one: one.id))
        if not problems:
            raise UsageError(f"round {number} of {db} has no test problems; make more dialogues with `aiev teach`")
        chosen = problems[:limit] if limit else problems
        if role == "student" and not model_name:
            training = training or next((one for one in reader.trainings() if one.status == "done"), None)
        if training:
            own = named(own, training.adapter)
        async with opened_room(own, store, reader, chosen, training=training, openers=openers) as room:
            return await watched(room, chosen, quiet=quiet, subject=role, round_number=number)


async def judge_round(
    config: Config, db: Path, *, teacher: str = "", student: str = "", guards: Guards | None = None
) -> Judged:
    """Decide between the newest evaluations of both, or those whose ids begin so.

    `guards` gives the figures that are kept with the decision.

    Raises:
        UsageError: one of them has not sat the same problems.
    """
    ReadOnly(db).close()
    with StudentStore.open(db) as store, StudentReader.open(db) as reader:
        other = newest(reader, "student", prefix=student)
        one = newest(reader, "teacher", prefix=teacher, items_hash="" if teacher else other.items_hash)
        sats = [Sat(record, reader.samples(record.id)) for record in (one, other)]
        return await judge_and_keep(store, reader, sats[0], sats[1], gate_rules(config.settings), guards=guards)


def guard_score(reader: StudentReader, record: GateRecord, count: int) -> tuple[float | None, float | None]:
    """pass@1 on the guard set: this decision's student, and the best of the students of earlier rounds.

    The guard set are the first `count` test items (by id) of the first round, so it never changes; None where there is
    nothing to measure.
    """
    first = sorted(item.conversation_id for item in reader.round_items() if item.round == 1 and item.part == "test")
    guard = set(first[:count])

    def score(evaluation: str) -> float | None:
        counts = [one for item, one in passed_by_item(reader.samples(evaluation)).items() if item in guard]
        return mean_pass_at_k(counts, 1) if counts else None

    earlier = {gate.student_evaluation for gate in reader.gates() if gate.round < record.round}
    before = [found for found in map(score, earlier) if found is not None]
    return score(record.student_evaluation), max(before, default=None)


@asynccontextmanager
async def opened_room(
    config: Config,
    store: StudentStore,
    reader: StudentReader,
    problems: Sequence[Problem],
    *,
    training: TrainingRecord | None = None,
    openers: Openers = REAL,
) -> AsyncIterator[Room]:
    """Model and sandbox, open as long as they are needed."""
    languages = {problem.language for problem in problems}
    interpreter: Interpreter = await openers.interpreter(config.settings, languages, run_id="evaluate")
    try:
        model: ChatModel = await openers.model(config, training)
        try:
            progress = Progress(total=len(problems))
            ahead = partial(answered_by_batch, config, store, reader.db) if _by_batch(config, training) else None
            yield Room(store, reader, model, interpreter, config.settings, progress, ahead)
        finally:
            await model.close()
    finally:
        await interpreter.close()


def _by_batch(config: Config, training: TrainingRecord | None) -> bool:
    """Whether the answers can go through a batch API: an adapter of ours is served by nobody who has one."""
    model = config.settings.model
    return config.settings.gate.batch and training is None and model.backend == "openai" and bool(model.base_url)


async def watched(
    room: Room,
    problems: Sequence[Problem],
    *,
    quiet: bool,
    subject: str = "",
    benchmark: str = "",
    round_number: int = 0,
) -> Sat:
    """`evaluate`, and say on standard error how it goes."""
    told = asyncio.create_task(_tell(room.progress, quiet=quiet))
    try:
        return await evaluate(room, problems, subject=subject, benchmark=benchmark, round_number=round_number)
    finally:
        told.cancel()
        with suppress(asyncio.CancelledError):
            await told


async def _tell(progress: Progress, *, quiet: bool) -> None:
    while not quiet:
        await asyncio.sleep(_LINE_SECONDS)
        sys.stderr.write(f"aiev: {evaluation_line(progress)}\n")
