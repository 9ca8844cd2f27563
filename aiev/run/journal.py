"""A chat model and an interpreter that answer from the journal when they can.

Each reply and each execution result is queued for the store under the hash of its canonical request before it is used,
and committed before the next request goes out. Invariant: a request that was answered is never sent again, in this
process or a later one; a kill loses no more than the replies on their way and the writes of the last milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aiev.dialogue.execution import execution_result, job_hash
from aiev.errors import AievError
from aiev.run.journaled_matrix import as_text, from_text, matrix_hash
from aiev.run.turns import waiting
from aiev.store.clock import now
from aiev.store.records import ExecutionRecord, RequestRecord
from aiev_agents.errors import ModelError, RequestRejected, TextRejected
from aiev_agents.messages import ChatReply
from aiev_agents.thoughts import separated
from aiev_interpreter.protocol import ExecutionResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiev.run.prices import Prices
    from aiev.run.progress import Progress
    from aiev.run.turns import Turns
    from aiev.store.reading.journal import JournalReader
    from aiev.store.writing.store import Store
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.messages import ChatRequest
    from aiev_interpreter.matrix import Matrix, MatrixResult
    from aiev_interpreter.protocol import Interpreter, Job


class SuspendedError(AievError):
    """The run is stopping, and the journal has no reply to a request."""


class Journal(Protocol):
    """Where earlier replies and results are looked up."""

    def reply_for(self, request_hash: str) -> RequestRecord | None:
        """The reply to a request, if it was ever answered."""
        ...

    def execution_for(self, job_hash: str) -> ExecutionRecord | None:
        """The result of a job, if it ever ran."""
        ...

    def matrix_for(self, matrix_hash: str) -> str:
        """The result of a matrix as JSON, if it ever ran; else empty."""
        ...


class _EmptyJournal:
    """The journal of a new database.

    What this start adds is of no use to its other conversations, whose requests have decoding seeds of their own.
    """

    def reply_for(self, request_hash: str) -> None:
        """Nothing."""

    def execution_for(self, job_hash: str) -> None:
        """Nothing."""

    def matrix_for(self, matrix_hash: str) -> str:
        """Nothing."""
        del matrix_hash
        return ""


def journal_of(reader: JournalReader) -> Journal:
    """What earlier starts left in the database."""
    return reader if reader.has_journal() else _EmptyJournal()


class JournaledModel:
    """A chat model for one conversation that answers from the journal, else asks and journals the reply."""

    def __init__(
        self,
        model: ChatModel,
        *,
        store: Store,
        journal: Journal,
        conversation_id: str,
        progress: Progress,
        prices: Prices,
        stopping: Callable[[], bool] = lambda: False,
        turns: Turns | None = None,
    ) -> None:
        self.name = model.name
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.cost: float | None = 0.0
        """US dollars so far; None when the price of a reply is not known."""
        self._prices = prices
        self._stopping = stopping
        self._turns = turns
        self._model = model
        self._store = store
        self._journal = journal
        self._conversation_id = conversation_id
        self._progress = progress

    async def chat(self, request: ChatRequest) -> ChatReply:
        """See `ChatModel.chat`.

        Raises:
            SuspendedError: the run is stopping, and the journal has no reply.
        """
        name = request.hash
        known = self._journal.reply_for(name)
        if known:
            self._progress.replayed += 1
            reply, cost = _reply(known), known.cost
        else:
            if self._stopping():
                raise SuspendedError("the run is stopping")
            async with waiting(self._turns):
                reply = await self._ask(request)
            cost = self._prices.cost(reply)
            record = request_record(request, reply, cost, self._conversation_id)
            await self._store.add_request(record, request.encoded.decode(), wait=False)
            self._count(reply, cost)
        self._progress.answered[request.purpose] += 1
        self.prompt_tokens += reply.prompt_tokens
        self.completion_tokens += reply.completion_tokens
        self.cost = None if cost is None or self.cost is None else self.cost + cost
        return reply

    async def _ask(self, request: ChatRequest) -> ChatReply:
        """Ask the model once everything before the request is committed."""
        await self._store.settle(self._store.position)
        try:
            return await self._model.chat(request)
        except ModelError as error:
            self._count_lost(error)
            if isinstance(error, RequestRejected) and not error.answered:
                self._progress.refuses(request.purpose, str(error), of_text=isinstance(error, TextRejected))
            raise

    def _count(self, reply: ChatReply, cost: float | None) -> None:
        progress = self._progress
        progress.read += reply.prompt_tokens
        progress.cached += reply.cached_tokens
        progress.tokens += reply.completion_tokens
        progress.retries += reply.tries - 1
        progress.priced(cost)

    def _count_lost(self, error: ModelError) -> None:
        """Count replies that were paid for but unusable."""
        read, written = error.prompt_tokens, error.completion_tokens
        if not read and not written:
            return
        cost = self._prices.cost(ChatReply(content="", model="", prompt_tokens=read, completion_tokens=written))
        self._progress.read += read
        self._progress.tokens += written
        self._progress.paid(cost)
        self.prompt_tokens += read
        self.completion_tokens += written
        self.cost = None if cost is None or self.cost is None else self.cost + cost

    async def close(self) -> None:
        """The model belongs to the run, not to one dialogue."""


class JournaledInterpreter:
    """One conversation's interpreter: takes the result of a job that has run before from the journal."""

    def __init__(
        self,
        interpreter: Interpreter,
        journal: Journal,
        conversation_id: str,
        *,
        store: Store | None = None,
        turns: Turns | None = None,
    ) -> None:
        """Answer from a journal.

        Args:
            interpreter: runs what the journal does not know.
            journal: read from.
            conversation_id: the owner of all sandboxes.
            store: keeps the results of matrices; none are kept without it. Those of jobs are the dialogue's to keep.
            turns: given up meanwhile.
        """
        self.name = interpreter.name
        self.image = interpreter.image
        self.notice = interpreter.notice
        self._interpreter = interpreter
        self._journal = journal
        self._store = store
        self._owner = conversation_id
        self._turns = turns
        self._ran: dict[str, ExecutionResult] = {}
        self._named: tuple[Job | None, str] = (None, "")

    async def execute(self, job: Job, *, owner: str = "") -> ExecutionResult:
        """See `Interpreter.execute`; the owner is always the conversation."""
        del owner
        name = self.hash_of(job)
        if name not in self._ran:
            known = self._journal.execution_for(name)
            result = execution_result(known) if known else await self._execute(job)
            if result.verdict is Verdict.INFRA:
                return result
            self._ran[name] = result
        return self._ran[name]

    async def _execute(self, job: Job) -> ExecutionResult:
        async with waiting(self._turns):
            return await self._interpreter.execute(job, owner=self._owner)

    async def execute_matrix(self, matrix: Matrix, *, owner: str = "") -> MatrixResult:
        """See `Interpreter.execute_matrix`; the owner is always the conversation."""
        del owner
        name = matrix_hash(matrix, self.image)
        known = self._journal.matrix_for(name)
        if known:
            return from_text(known)
        async with waiting(self._turns):
            result = await self._interpreter.execute_matrix(matrix, owner=self._owner)
        if self._store and result.verdict is not Verdict.INFRA:
            await self._store.add_matrix(name, self._owner, as_text(result))
        return result

    def hash_of(self, job: Job | None) -> str:
        """The hash of a job, kept for the last one; empty for none."""
        if job is not self._named[0]:
            self._named = (job, job_hash(job, self.image) if job else "")
        return self._named[1]

    async def release(self, owner: str) -> None:
        """See `Interpreter.release`."""
        await self._interpreter.release(owner)

    async def close(self) -> None:
        """End the conversation's sandbox; the interpreter itself belongs to the run."""
        await self.release(self._owner)


def request_record(request: ChatRequest, reply: ChatReply, cost: float | None, conversation_id: str) -> RequestRecord:
    """The stored form of a reply to a request."""
    return RequestRecord(
        hash=request.hash,
        conversation_id=conversation_id,
        purpose=request.purpose,
        model=request.model,
        request=request.canonical(),
        content=reply.content,
        answered_by=reply.model,
        finish_reason=reply.finish_reason,
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
        seconds=reply.seconds,
        cached_tokens=reply.cached_tokens,
        reasoning_tokens=reply.reasoning_tokens,
        tries=reply.tries,
        cost=cost,
        answered_at=now(),
        reasoning=reply.reasoning,
    )


def _reply(record: RequestRecord) -> ChatReply:
    """A kept reply; one from before thoughts were kept apart may still hold some."""
    said = separated(record.content)
    return ChatReply(
        content=said.answer,
        model=record.answered_by,
        finish_reason=record.finish_reason,
        prompt_tokens=record.prompt_tokens,
        completion_tokens=record.completion_tokens,
        cached_tokens=record.cached_tokens,
        reasoning_tokens=record.reasoning_tokens,
        tries=record.tries,
        seconds=record.seconds,
        reasoning=record.reasoning or said.thoughts,
    )
