"""One sample of an evaluation: the model answers a problem, and the problem's own tests judge the program.

Invariants: teacher and student get the same prompt, decoding seed and limits; a reply comes from the journal when it
is there; the reply's own tests never run; a failure of the sandbox or the endpoint, a request that it refuses included,
is an error, not a failed sample.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from aiev.batch.requests import CapturingModel, PendingRequest, RequestCapturedError
from aiev.dialogue.execution import job_hash, run_until_real
from aiev.dialogue.rounds import MALFORMED
from aiev.run.journal import JournaledModel
from aiev.run.prices import Prices
from aiev.run.progress import Progress
from aiev.setup.roles import build_agent
from aiev.store.reading.journal import JournalReader
from aiev.store.student_records import SampleRecord
from aiev.student.evaluation import evaluation_owner
from aiev_agents.errors import ReplyError, RequestRejected
from aiev_agents.messages import ChatRequest, Sampling
from aiev_agents.roles import programmer
from aiev_agents.roles.reply import parse_reply
from aiev_interpreter.protocol import Job, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiev.store.student_records import EvaluationRecord
    from aiev.student.context import EvaluationContext
    from aiev.student.problems import Problem


async def draw_sample(
    context: EvaluationContext, record: EvaluationRecord, problem: Problem, number: int
) -> SampleRecord:
    """Ask for reply `number` to a problem, from 0, and run the problem's tests on it.

    Raises:
        ModelError: the endpoint gave no reply. One that the model left without text is a malformed sample.
    """
    base = SampleRecord(record.id, problem.id, number, "", "", MALFORMED, "", "", 0.0)
    try:
        request_hash, text = await _ask(context, record, problem, number)
    except RequestRejected as error:
        if not error.answered:
            raise
        return replace(base, detail=str(error))
    base = replace(base, request_hash=request_hash)
    try:
        program = program_of(text, problem)
    except ReplyError as error:
        return replace(base, detail=str(error))
    job = Job(
        program=program,
        tests=problem.tests,
        language=problem.language,
        requirements=problem.requirements if context.settings.install.enabled else (),
        limits=Limits.of(context.settings.interpreter, context.settings.install),
    )
    result = await run_until_real(context.interpreter, job)
    return replace(
        base,
        job_hash=job_hash(job, context.interpreter.image),
        verdict=str(result.verdict),
        detail=result.detail,
        program=program,
        seconds=result.wall_seconds,
    )


async def unanswered_requests(
    context: EvaluationContext, record: EvaluationRecord, wanted: Iterable[tuple[Problem, int]]
) -> list[PendingRequest]:
    """The requests of samples that have no reply in the journal, made by the code that sends them."""
    capturing = replace(context, model=CapturingModel(context.model.name), progress=Progress(total=0))
    pending = []
    for problem, number in wanted:
        try:
            await _ask(capturing, record, problem, number)
        except RequestCapturedError as captured:
            pending.append(PendingRequest(evaluation_owner(record), captured.request))
    return pending


async def _ask(context: EvaluationContext, record: EvaluationRecord, problem: Problem, number: int) -> tuple[str, str]:
    """Hash of the request, and the reply."""
    settings, gate = context.settings, context.settings.gate
    model = JournaledModel(
        context.model,
        store=context.store,
        journal=JournalReader(context.reader.db),
        conversation_id=evaluation_owner(record),
        progress=context.progress,
        prices=Prices(settings.model),
    )
    sampling = Sampling(
        temperature=gate.temperature, top_p=gate.top_p, max_tokens=gate.max_tokens, beside=settings.model.decoding
    )
    seed = _seed(settings.run.seed, problem.id, number)
    if problem.asked_plainly:
        request = ChatRequest(
            model=model.name,
            turns=(("user", problem.question),),
            sampling=sampling._replace(seed=seed),
            purpose=f"evaluate/{record.benchmark}",
        )
        return request.hash, (await model.chat(request)).content
    agent = replace(build_agent(model, settings.programmer, settings.model), sampling=sampling)
    turn = await programmer.solve(agent, problem=problem.question, seed=seed, language=problem.language, whole=False)
    return turn.request.hash, turn.text


def program_of(text: str, problem: Problem) -> str:
    """The program in a reply, after the problem's prefix and without the reply's own tests.

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
