"""Records one dialogue in the store: its messages, its rounds, and how it ended.

Invariants: whatever a dialogue produced is queued for the store before it is used further; the assistant turn that
passed is marked for the loss (`train`), and no other. Not covered: the journal (`aiev.run.journal`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiev.dialogue.execution import execution_record
from aiev.dialogue.rounds import MALFORMED, has_passed
from aiev.evidence.settings import Policy
from aiev.evidence.verdict import CONTRADICTED
from aiev.store.clock import now
from aiev.store.records import MessageRecord
from aiev_agents.messages import Role

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from aiev.store.records import ConversationRecord, EvidenceRecord
    from aiev.store.writing.store import Store
    from aiev_agents.messages import Message
    from aiev_interpreter.protocol import ExecutionResult, Job


class DialogueRecorder:
    """The `Recorder` of one conversation."""

    def __init__(
        self,
        store: Store,
        conversation: ConversationRecord,
        *,
        name_of: Callable[[Job | None], str],
        verdicts: Counter[str],
        policy: Policy = Policy.TESTS,
    ) -> None:
        """Record into a store.

        Args:
            store: where to.
            conversation: as it begins.
            name_of: hash of a job, empty for none.
            verdicts: of the whole run; each round is counted there.
            policy: which rounds pass.
        """
        self._store = store
        self._conversation = conversation
        self._name_of = name_of
        self._policy = policy
        self._problem = ""
        self._job: Job | None = None
        self._messages = 0
        self._reply = 0
        """Position of the last assistant message."""
        self._train: list[int] = []
        self._rounds = 0
        self._verdicts = verdicts

    async def start(self) -> None:
        """Begin the conversation, or begin it anew."""
        await self._store.start_conversation(self._conversation, wait=False)

    async def message(self, message: Message, *, round_number: int) -> None:
        """See `Recorder.message`."""
        if message.role is Role.ASSISTANT:
            self._reply = self._messages
        self._problem = self._problem or message.content
        record = MessageRecord(
            position=self._messages,
            role=str(message.role),
            content=message.content,
            train=message.train,
            agent=message.agent,
            prompt_hash=message.prompt_hash,
            request_hash=message.request_hash,
            round=round_number,
            reasoning=message.reasoning,
        )
        self._messages += 1
        await self._store.add_message(self._conversation.id, record)

    async def execution(self, round_number: int, job: Job | None, result: ExecutionResult) -> None:
        """See `Recorder.execution`."""
        verdict = str(result.verdict) if job else MALFORMED
        self._job = job
        self._rounds = round_number
        self._verdicts[verdict] += 1
        if has_passed(verdict, self._policy):
            self._train.append(self._reply)
        record = execution_record(round_number, job, result, name=self._name_of(job), verdict=verdict)
        await self._store.add_execution(self._conversation.id, record, wait=False)

    async def evidence(self, evidence: EvidenceRecord) -> None:
        """See `Recorder.evidence`. A reply that is contradicted is not trained on."""
        if evidence.status == CONTRADICTED:
            self._train.clear()
        await self._store.write_evidence(replace(evidence, conversation_id=self._conversation.id), wait=False)

    async def finish(
        self,
        status: str,
        reason: str,
        *,
        seconds: float,
        prompt_tokens: int,
        completion_tokens: int,
        cost: float | None,
    ) -> ConversationRecord:
        """Write how the dialogue ended and return it; `cost` in US dollars, None when it is unknown."""
        ended = replace(
            self._conversation,
            status=status,
            reason=reason,
            rounds=self._rounds,
            problem=self._problem,
            program=self._job.program if self._job else "",
            tests=self._job.tests if self._job else "",
            finished_at=now(),
            seconds=seconds,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            cost=cost,
        )
        await self._store.finish_conversation(ended, self._train, wait=False)
        return ended
