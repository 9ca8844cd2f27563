"""The self-learning stage: teach, split, train, decide, and again with the winner, unattended.

Each step is a node of a LangGraph graph; the next one is read from the store alone (`aiev.student.loop`). Invariants:
the same command resumes a loop that was killed anywhere; nothing paid for is asked again, nothing is trained twice, and
a decision stays. In self-learning the student plays both roles and the interpreter still decides; a guard that trips
gives the next round back to the teacher.

Source: AutoCoder, arXiv 2405.14906, section 2.2 (self-learning stage).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, TypedDict, cast

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime  # noqa: TC002 - LangGraph reads the nodes' annotations at run time

from aiev.errors import AievError, UsageError
from aiev.recipes.teach import Teaching
from aiev.run.identity import SELF_LEARN, TEACH
from aiev.run.lease import held
from aiev.store.reading.student import StudentReader
from aiev.store.writing.student import StudentStore
from aiev.student.context import DEFAULT_BACKENDS, Backends
from aiev.student.evaluate import evaluate_round
from aiev.student.gate import decide_round
from aiev.student.guards import acceptance
from aiev.student.loop import LoopState, Step, next_step, read_state
from aiev.student.roles import config_for_training
from aiev.student.rounds import freeze_round
from aiev.student.train import train_student

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from langgraph.graph.state import CompiledStateGraph

    from aiev.config.layers import Config
    from aiev.run.progress import Progress
    from aiev.store.records import SeedRecord
    from aiev.store.student_records import TrainingRecord
    from aiev.student.roles import RoleName


class Channel(TypedDict):
    """What the graph hands from node to node."""

    now: LoopState


@dataclass(frozen=True, slots=True)
class SelfLearning:
    """One start of the loop. The same database, seeds and configuration resume where an earlier start ended."""

    config: Config
    """The teacher's."""
    seeds: Sequence[SeedRecord]
    """Of the dialogues; used ones are skipped."""
    db: Path
    """Made when there is none."""
    backends: Backends = DEFAULT_BACKENDS
    """Open models and sandboxes."""
    train: Callable[..., Awaitable[TrainingRecord]] = train_student
    """Trains the student on the last round."""
    tell: Callable[[str], None] = lambda _: None
    """Called with a line about each step."""

    async def run(self) -> LoopState:
        """Run until `student.rounds` decisions are made or no seed is left.

        Raises:
            LeaseError: another process runs a loop in this database.
            AievError: something cannot be opened, or a step failed; the same command resumes.
        """
        if not self.config.settings.student.name:
            raise UsageError("no student to train: name a model with --student or set student.name")
        most = 8 + 4 * len(self.seeds)  # each round of four steps uses a seed at least
        with StudentStore.open(self.db, rescues=False) as store:  # each step has a store of its own
            async with held(store, "the self-learning loop"):
                now = await loop_graph().ainvoke({"now": self.state()}, {"recursion_limit": most}, context=self)
        return cast("Channel", now)["now"]

    def state(self) -> LoopState:
        """Where the loop is."""
        with StudentReader.open(self.db) as reader:
            return read_state(reader, self.config, self.seeds)

    async def evaluate(self, role: RoleName, training: TrainingRecord | None) -> str:
        """Evaluate a role on the last round's test problems, and return the evaluation's id."""
        done = await evaluate_round(self.config, self.db, role, training=training, backends=self.backends)
        record = done.record
        self.tell(f"{role} {record.model}: {record.pass_at_k['1']:.3f} pass@1 on {record.items} problems")
        return record.id


async def teach(state: Channel, runtime: Runtime[SelfLearning]) -> Channel:
    """Teacher or student makes the dialogues that the next round lacks."""
    loop, now = runtime.context, state["now"]
    config, wanted = config_for_training(loop.config, now.student), now.facts.every - now.facts.waiting
    loop.tell(f"{now.stage.replace('_', '-')}: {config.settings.model.name} makes {wanted} dialogues")
    with StudentReader.open(loop.db) as reader:
        used = reader.used_seeds()
    seeds = [seed for seed in loop.seeds if seed.id not in used]
    least = loop.config.settings.student.min_acceptance if now.student else 0.0
    teaching = Teaching(
        config, seeds, loop.db, recipe=SELF_LEARN if now.student else TEACH, enough=partial(_is_enough, wanted, least)
    )
    interpreter = await loop.backends.open_interpreter(config.settings, teaching.languages(), run_id=teaching.run_id)
    try:
        model = await loop.backends.open_model(config, now.student)
    except BaseException:
        await interpreter.close()
        raise
    statuses = (await teaching.run(model=model, interpreter=interpreter)).progress.statuses
    loop.tell(f"{statuses['accepted']} accepted, {statuses['discarded']} discarded, {statuses['failed']} failed")
    if not statuses["accepted"] + statuses["discarded"]:
        raise AievError(f"none of {len(seeds)} dialogues ended; `aiev inspect {loop.db}` shows why")
    return {"now": loop.state()}


def _is_enough(wanted: int, least: float, progress: Progress) -> bool:
    """Whether a round has its dialogues, or too small a share of them is accepted."""
    share = acceptance(progress.statuses)
    return progress.statuses["accepted"] >= wanted or (share is not None and share < least)


async def split(state: Channel, runtime: Runtime[SelfLearning]) -> Channel:
    """Every accepted dialogue gets its place, for training or for testing."""
    loop = runtime.context
    with StudentStore.open(loop.db) as store, StudentReader.open(loop.db) as reader:
        number = await freeze_round(store, reader, loop.config.settings.split, stage=state["now"].stage)
        places = [item.part for item in reader.round_items()]
    loop.tell(f"round {number}: {places.count('train')} dialogues to train on, {places.count('test')} to test on")
    return {"now": loop.state()}


async def train(state: Channel, runtime: Runtime[SelfLearning]) -> Channel:
    """The student is trained on the training items of all rounds."""
    loop = runtime.context
    loop.tell(f"round {state['now'].facts.rounds}: training {loop.config.settings.student.name}")
    metrics = (await loop.train(loop.config, loop.db)).metrics
    if metrics.get("loss_after") is not None:
        loop.tell(f"loss on the test split {metrics['loss_before']:.4f} before, {metrics['loss_after']:.4f} after")
    return {"now": loop.state()}


async def decide(state: Channel, runtime: Runtime[SelfLearning]) -> Channel:
    """Both are evaluated on the test items; the gate and the guards decide who makes the next dialogues."""
    loop = runtime.context
    teacher = await loop.evaluate("teacher", None)
    student = await loop.evaluate("student", state["now"].training)
    decision = await decide_round(loop.config, loop.db, teacher=teacher, student=student, guards=True)
    loop.tell(decision.record.sentence)
    for words in decision.record.evidence["guards"]["trips"]:
        loop.tell(f"guard: {words}; the teacher makes the next round")
    return {"now": loop.state()}


def next_node(state: Channel) -> str:
    """The node of the step that the store calls for."""
    step = next_step(state["now"].facts)
    return END if step is Step.DONE else str(step)


@cache
def loop_graph() -> CompiledStateGraph[Channel, SelfLearning, Channel, Channel]:
    """Compile the graph. A start enters it at any step; from there the steps follow each other."""
    graph = StateGraph(Channel, context_schema=SelfLearning)
    for node in (teach, split, train, decide):
        graph.add_node(node.__name__, node)
    graph.add_conditional_edges(START, next_node, ["teach", "split", "train", "decide", END])
    graph.add_conditional_edges("teach", next_node, ["teach", "split", END])
    graph.add_edge("split", "train")
    graph.add_edge("train", "decide")
    graph.add_conditional_edges("decide", next_node, ["teach", "split", END])
    return graph.compile()


def mermaid() -> str:
    """The loop as a Mermaid diagram, generated from the compiled graph."""
    return loop_graph().get_graph().draw_mermaid()
