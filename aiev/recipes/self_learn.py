"""The whole loop, unattended: teach, split, train, decide, and on with whoever won.

Invariants: what to do next is read from the store alone (`aiev.student.loop`), so the loop may be killed at any point
and the same command goes on: nothing that was paid for is asked again, nothing is trained twice, and a decision that
was taken stays. In self-learning the student plays both roles and the interpreter still decides; a guard that trips
sends the next round back to the teacher.

Source: AutoCoder, arXiv 2405.14906, section 2.2 (self-learning stage).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aiev.errors import AievError, UsageError
from aiev.recipes.teach import Teaching
from aiev.run.identity import SELF_LEARN, TEACH, run_id
from aiev.similarity.lexing import TEXT
from aiev.similarity.near_duplicates.pairs import near_duplicate_pairs
from aiev.store.reading.runs import RunReader
from aiev.store.reading.student import StudentReader
from aiev.store.writing.student import StudentStore
from aiev.student.guards import Watched, acceptance, diversity, guards_json, near_duplicate_share
from aiev.student.loop import Facts, Step, next_step, stage_after
from aiev.student.roles import REAL, Openers, named, role_config
from aiev.student.rounds import SELF_LEARNING, TEACHING
from aiev.student.sitting import freeze_round, guard_score, judge_round, sit_round
from aiev.student.train import train_student

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.run.progress import Progress
    from aiev.store.records import SeedRecord
    from aiev.store.student_records import GateRecord, TrainingRecord
    from aiev.student.gate import Judged
    from aiev.student.roles import RoleName


@dataclass(frozen=True, slots=True)
class State:
    """What the store says: the facts, and who makes dialogues now."""

    facts: Facts
    stage: str
    training: TrainingRecord | None
    """Of the last round, once it is done."""
    student: TrainingRecord | None
    """Of the student that makes dialogues; None while the teacher does."""
    gate: GateRecord | None
    """Of the last round."""


class SelfLearning:
    """One start of the loop. The same database, seeds and configuration go on where an earlier start ended."""

    def __init__(
        self,
        config: Config,
        seeds: Sequence[SeedRecord],
        db: Path,
        *,
        openers: Openers = REAL,
        train: Callable[..., Awaitable[TrainingRecord]] = train_student,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.config = config
        self.seeds = seeds
        self.db = db
        self._openers = openers
        self._train = train
        self._tell = tell

    async def run(self) -> State:
        """Go on until `student.rounds` decisions are taken or no seed is left.

        Raises:
            AievError: a part is missing or failed; the same command goes on.
        """
        if not self.config.settings.student.name:
            raise UsageError("who learns? name a model with --student or set student.name")
        with StudentStore.open(self.db):
            pass  # makes a new file
        while (step := next_step((state := self.state()).facts)) is not Step.DONE:
            match step:
                case Step.TEACH:
                    await self._teach(state)
                case Step.SPLIT:
                    await self._split(state)
                case Step.TRAIN:
                    await self._learn(state)
                case Step.DECIDE:
                    await self._decide(state)
        return state

    def state(self) -> State:
        """Read where the loop is from the store."""
        settings = self.config.settings
        with StudentReader.open(self.db) as reader:
            rounds, gates, used = reader.rounds(), reader.gates(), reader.used_seeds()
            trained = {one.round: one for one in reversed(reader.trainings()) if one.status == "done"}
            waiting = sum(not one.part for one in reader.accepted())
            last = rounds[-1].number if rounds else 0
            decided = next((gate for gate in gates if gate.round == last and last), None)
            ruling = decided or next((gate for gate in gates if gate.round == last - 1 and last > 1), None)
            student = next((one for one in trained.values() if ruling and one.adapter == ruling.student), None)
            stage = stage_after(ruling) if student else TEACHING
            if stage == SELF_LEARNING and student and self._keeps_failing(reader, student):
                stage = TEACHING
        facts = Facts(
            rounds=last,
            trained=last in trained,
            decided=decided is not None,
            waiting=waiting,
            seeds_left=sum(seed.id not in used for seed in self.seeds),
            every=settings.gate.every,
            limit=settings.student.rounds,
        )
        own = student if stage == SELF_LEARNING else None
        return State(facts=facts, stage=stage, training=trained.get(last), student=own, gate=decided)

    def _keeps_failing(self, reader: StudentReader, student: TrainingRecord) -> bool:
        """Whether too few of the student's dialogues are accepted, in the midst of a round."""
        share = acceptance(RunReader(reader.db).counts(run_id(self._config_of(student), SELF_LEARN)).statuses)
        return share is not None and share < self.config.settings.student.min_acceptance

    def _config_of(self, student: TrainingRecord | None) -> Config:
        return named(role_config(self.config, "student"), student.adapter) if student else self.config

    async def _teach(self, state: State) -> None:
        """Make the dialogues that the next round lacks."""
        config, wanted = self._config_of(state.student), state.facts.every - state.facts.waiting
        maker = state.student.adapter if state.student else config.settings.model.name
        self._tell(f"{state.stage.replace('_', '-')}: {maker} makes {wanted} dialogues")
        with StudentReader.open(self.db) as reader:
            used = reader.used_seeds()
        seeds = [seed for seed in self.seeds if seed.id not in used]
        recipe, enough = SELF_LEARN if state.student else TEACH, self._enough(state, wanted)
        teaching = Teaching(config, seeds, self.db, recipe=recipe, enough=enough)
        interpreter = await self._openers.interpreter(config.settings, teaching.languages(), run_id=teaching.run_id)
        try:
            model = await self._openers.model(config, state.student)
        except BaseException:
            await interpreter.close()
            raise
        result = await teaching.run(model=model, interpreter=interpreter)
        statuses = result.progress.statuses
        self._tell(f"{statuses['accepted']} accepted, {statuses['discarded']} discarded, {statuses['failed']} failed")
        if not statuses["accepted"] + statuses["discarded"]:
            raise AievError(f"no dialogue of {len(seeds)} came to an end; `aiev inspect {self.db}` says why")

    def _enough(self, state: State, wanted: int) -> Callable[[Progress], bool]:
        """Whether the round has its dialogues, or a student gets too few of them accepted."""
        least = self.config.settings.student.min_acceptance if state.student else 0.0

        def enough(progress: Progress) -> bool:
            share = acceptance(progress.statuses)
            return progress.statuses["accepted"] >= wanted or (share is not None and share < least)

        return enough

    async def _split(self, state: State) -> None:
        with StudentStore.open(self.db) as store, StudentReader.open(self.db) as reader:
            number = await freeze_round(store, reader, self.config.settings.split, stage=state.stage)
            places = [item.part for item in reader.round_items()]
        self._tell(
            f"round {number}: {places.count('train')} dialogues to learn from, {places.count('test')} to test on"
        )

    async def _learn(self, state: State) -> None:
        self._tell(f"round {state.facts.rounds}: {self.config.settings.student.name} learns")
        done = await self._train(self.config, self.db)
        found = done.metrics
        if found.get("loss_after") is not None:
            self._tell(f"loss on the test split {found['loss_before']:.4f} before, {found['loss_after']:.4f} after")

    async def _decide(self, state: State) -> None:
        """Both sit the test problems; the gate and the guards decide who makes the next dialogues."""
        teacher = await self._sit("teacher", None)
        student = await self._sit("student", state.training)
        judged = await judge_round(self.config, self.db, teacher=teacher, student=student, guards=self._guards)
        self._tell(judged.record.sentence)
        for words in judged.record.evidence.get("guards", {}).get("trips", []):
            self._tell(f"guard: {words}; the next round is the teacher's")

    async def _sit(self, role: RoleName, training: TrainingRecord | None) -> str:
        """Let one of both sit the test problems; the evaluation's id."""
        sat = await sit_round(self.config, self.db, role, training=training, quiet=True, openers=self._openers)
        found = sat.record
        self._tell(f"{role} {found.model}: {found.pass_at_k['1']:.3f} pass@1 on {found.items} problems")
        return found.id

    def _guards(self, reader: StudentReader, judged: Judged) -> dict[str, Any]:
        """Figures of the guards, as they are kept with the decision."""
        limits = self.config.settings.student
        last = reader.rounds()[-1]
        mine, best = guard_score(reader, judged.record, limits.guard_items)
        found = Watched(guard_score=mine, best_guard_score=best)
        if last.stage == SELF_LEARNING:
            own = [one for one in reader.accepted() if one.round == last.number and one.recipe == SELF_LEARN]
            problems = [one.problem for one in own]
            similarity = self.config.settings.split.similarity
            pairs = set(near_duplicate_pairs(((text, TEXT) for text in problems), similarity))
            statuses: dict[str, int] = {}
            for run in {one.run_id for one in own}:
                for status, count in RunReader(reader.db).counts(run).statuses.items():
                    statuses[status] = statuses.get(status, 0) + count
            found = replace(
                found,
                acceptance=acceptance(statuses),
                diversity=diversity(problems),
                near_duplicates=near_duplicate_share(pairs, len(problems)),
            )
        return guards_json(found, limits)
