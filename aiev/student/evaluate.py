"""One model sits a set of problems: it answers each n times, and the problems' own tests judge the programs.

Invariants: a reply that was paid for is never asked for again (the journal has it), and a program that was judged never
runs again (its sample is in the store), kill -9 included; the same model, problems, sampling, prompt and image are the
same evaluation; a failure of the sandbox or the endpoint ends the evaluation, and never counts against a model.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from aiev.batch.requests import Asked, Overhearing, WouldAskError
from aiev.dialogue.execution import job_hash, run_until_real
from aiev.dialogue.nodes import MALFORMED
from aiev.errors import ConfigError
from aiev.run.journal import JournaledModel
from aiev.run.prices import Prices
from aiev.run.progress import Progress
from aiev.setup.errors import as_resumable_errors
from aiev.setup.roles import build_agent
from aiev.store.clock import now
from aiev.store.reading.journal import JournalReader
from aiev.store.student_records import EvaluationRecord, SampleRecord
from aiev.student.passk import mean_pass_at_k
from aiev.student.problems import problems_hash
from aiev_agents.errors import ReplyError, RequestRejected
from aiev_agents.messages import ChatRequest, Sampling
from aiev_agents.roles import programmer
from aiev_agents.roles.prompting import load_prompt
from aiev_agents.roles.reply import parse_reply
from aiev_interpreter.protocol import Job, Limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from aiev.config.settings import Settings
    from aiev.store.reading.student import StudentReader
    from aiev.store.writing.student import StudentStore
    from aiev.student.problems import Problem
    from aiev.student.settings import GateSettings
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.roles.agent import Agent
    from aiev_interpreter.protocol import Interpreter

REJECTED = "rejected"
"""Verdict of a problem that the endpoint would not take, for example because it is too long for the model."""


@dataclass(frozen=True, slots=True)
class Sat:
    """An evaluation with its samples."""

    record: EvaluationRecord
    samples: list[SampleRecord]


@dataclass(frozen=True, slots=True)
class Room:
    """What an evaluation works with."""

    store: StudentStore
    reader: StudentReader
    model: ChatModel
    interpreter: Interpreter
    settings: Settings
    progress: Progress
    ahead: Callable[[str, Sequence[Asked]], Awaitable[None]] | None = None
    """Has requests answered together, and leaves the replies in the journal; None asks them one by one."""


async def evaluate(
    room: Room, problems: Sequence[Problem], *, subject: str = "", benchmark: str = "", round_number: int = 0
) -> Sat:
    """Let a model sit the problems, or take from the store what it has sat already.

    Args:
        room: model, sandbox, store and settings.
        problems: any number; each gets `gate.samples` replies.
        subject: `teacher`, `student`, or empty.
        benchmark: its name; empty for the test problems of a round.
        round_number: of the gate; 0 outside of any.

    Raises:
        ConfigError: `gate.k` or `gate.temperature` does not fit `gate.samples`.
        SetupError: the endpoint refuses or is gone, or the sandbox has no tools for a language; nothing is lost.
        SandboxFailedError: the sandbox failed again and again.
    """
    _check(room.settings.gate)
    record = _record(room, problems, subject=subject, benchmark=benchmark, round_number=round_number)
    known = {one.id: one for one in room.reader.evaluations()}.get(record.id)
    if known and known.finished_at:
        return Sat(known, room.reader.samples(record.id))
    await room.store.write_evaluation(known or record)
    done = {(sample.item, sample.sample) for sample in room.reader.samples(record.id)}
    wanted = [(problem, number) for problem in problems for number in range(record.samples)]
    waiting = [one for one in wanted if (one[0].id, one[1]) not in done]
    room.progress.already, room.progress.total = len(wanted) - len(waiting), len(waiting)
    if room.ahead:
        await room.ahead(_owner(record), await _unanswered(room, record, waiting))
    await _work(room, record, waiting)
    samples = room.reader.samples(record.id)
    ended = replace(known or record, finished_at=now(), pass_at_k=_pass_at_k(samples, room.settings.gate.k))
    await room.store.write_evaluation(ended)
    return Sat(ended, samples)


def _check(gate: GateSettings) -> None:
    if too_many := [k for k in gate.k if not 1 <= k <= gate.samples]:
        raise ConfigError(f"gate.k = {too_many[0]}: pass@k needs 1 <= k <= gate.samples = {gate.samples}")
    if gate.samples > 1 and gate.temperature == 0:
        raise ConfigError(
            f"gate.samples = {gate.samples}: at gate.temperature = 0 all of them are alike; set it to 0.2"
        )


def _record(
    room: Room, problems: Sequence[Problem], *, subject: str, benchmark: str, round_number: int
) -> EvaluationRecord:
    gate = room.settings.gate
    prompts = {problem.language: load_prompt("programmer/solve", problem.language).hash for problem in problems}
    config = {
        "temperature": gate.temperature,
        "top_p": gate.top_p,
        "max_tokens": gate.max_tokens,
        "seed": room.settings.run.seed,
        "constraint": room.settings.programmer.constraint,
        "prompts": prompts,
        "limits": asdict(Limits.of(room.settings.interpreter, room.settings.install)),
    }
    items_hash = problems_hash(problems)
    shaped_by = [room.model.name, subject, benchmark, items_hash, gate.samples, config, room.interpreter.image]
    return EvaluationRecord(
        id=hashlib.sha256(json.dumps(shaped_by, sort_keys=True).encode()).hexdigest()[:16],
        subject=subject,
        benchmark=benchmark,
        round=round_number,
        model=room.model.name,
        items_hash=items_hash,
        items=len(problems),
        samples=gate.samples,
        config=config,
        interpreter=room.interpreter.name,
        image=room.interpreter.image,
        started_at=now(),
    )


def _owner(record: EvaluationRecord) -> str:
    """What the journal's rows name in the place of a conversation, and batches in the place of a run."""
    return f"evaluation:{record.id}"


async def _unanswered(room: Room, record: EvaluationRecord, waiting: Sequence[tuple[Problem, int]]) -> list[Asked]:
    """The requests that the journal has no reply to, made by the code that will ask them."""
    deaf = replace(room, model=Overhearing(room.model.name), progress=Progress(total=0))
    asked = []
    for problem, number in waiting:
        try:
            await _ask(deaf, record, problem, number)
        except WouldAskError as would:
            asked.append(Asked(_owner(record), would.request))
    return asked


async def _work(room: Room, record: EvaluationRecord, waiting: list[tuple[Problem, int]]) -> None:
    """Work through the samples with `run.workers` at once; the first error ends all."""
    pulled = iter(waiting)
    tasks = [
        asyncio.create_task(_worker(room, record, pulled)) for _ in range(min(room.settings.run.workers, len(waiting)))
    ]
    try:
        with as_resumable_errors():
            await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _worker(room: Room, record: EvaluationRecord, waiting: Iterator[tuple[Problem, int]]) -> None:
    for problem, number in waiting:
        room.progress.in_flight += 1
        try:
            sample = await _sample(room, record, problem, number)
            await room.store.add_sample(sample)
        finally:
            room.progress.in_flight -= 1
        room.progress.verdicts[sample.verdict] += 1
        room.progress.statuses["accepted" if sample.passed else "discarded"] += 1


async def _sample(room: Room, record: EvaluationRecord, problem: Problem, number: int) -> SampleRecord:
    """Ask for one reply and let the problem's tests judge it."""
    base = SampleRecord(record.id, problem.id, number, "", "", MALFORMED, "", "", 0.0)
    try:
        request_hash, text = await _ask(room, record, problem, number)
    except RequestRejected as error:
        return replace(base, verdict=REJECTED, detail=str(error))
    base = replace(base, request_hash=request_hash)
    try:
        program = program_of(text, problem)
    except ReplyError as error:
        return replace(base, detail=str(error))
    job = Job(
        program=program,
        tests=problem.tests,
        language=problem.language,
        requirements=problem.requirements if room.settings.install.enabled else (),
        limits=Limits.of(room.settings.interpreter, room.settings.install),
    )
    result = await run_until_real(room.interpreter, job)
    return replace(
        base,
        job_hash=job_hash(job, room.interpreter.image),
        verdict=str(result.verdict),
        detail=result.detail,
        program=program,
        seconds=result.wall_seconds,
    )


async def _ask(room: Room, record: EvaluationRecord, problem: Problem, number: int) -> tuple[str, str]:
    """Hash of the request, and the reply; from the journal where it is there."""
    gate = room.settings.gate
    model = JournaledModel(
        room.model,
        store=room.store,
        journal=JournalReader(room.reader.db),
        conversation_id=_owner(record),
        progress=room.progress,
        prices=Prices(room.settings.model),
    )
    sampling = Sampling(temperature=gate.temperature, top_p=gate.top_p, max_tokens=gate.max_tokens)
    seed = _seed(room.settings.run.seed, problem.id, number)
    if problem.asked_plainly:
        request = ChatRequest(
            model=model.name,
            turns=(("user", problem.question),),
            sampling=sampling._replace(seed=seed),
            purpose=f"evaluate/{record.benchmark}",
        )
        return request.hash, (await model.chat(request)).content
    agent: Agent = replace(build_agent(model, room.settings.programmer), sampling=sampling)
    turn = await programmer.solve(agent, problem=problem.question, seed=seed, language=problem.language)
    return turn.request.hash, turn.text


def program_of(text: str, problem: Problem) -> str:
    """The program that a reply holds, behind the problem's prefix; the reply's own tests are left out.

    Raises:
        ReplyError: there is none.
    """
    fenced = f"```{problem.language}\n{text}\n```" if problem.prefix and "```" not in text else text
    program = parse_reply(fenced, problem.language).program
    return f"{problem.prefix.rstrip()}\n\n{program}" if problem.prefix else program


def _seed(run_seed: int, item: str, number: int) -> int:
    """Decoding seed of one reply, 31 bits; the same for every model."""
    digest = hashlib.sha256(f"{run_seed}:evaluate:{item}:{number}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def passed_by_item(samples: Sequence[SampleRecord]) -> dict[str, tuple[int, int]]:
    """For each problem how many samples there are, and how many of them passed."""
    counts: dict[str, tuple[int, int]] = {}
    for sample in samples:
        drawn, passed = counts.get(sample.item, (0, 0))
        counts[sample.item] = (drawn + 1, passed + sample.passed)
    return counts


def _pass_at_k(samples: Sequence[SampleRecord], ks: Sequence[int]) -> dict[str, float]:
    counts = passed_by_item(samples).values()
    return {str(k): mean_pass_at_k(counts, k) for k in sorted({1, *ks})}


def sat_json(sat: Sat) -> dict[str, Any]:
    """An evaluation as plain data."""
    verdicts: dict[str, int] = {}
    for sample in sat.samples:
        verdicts[sample.verdict] = verdicts.get(sample.verdict, 0) + 1
    return asdict(sat.record) | {"verdicts": verdicts}
