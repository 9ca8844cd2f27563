"""Records one item in the store: its instruction, its responses, and the pair that is kept.

Invariant: the conversation of an item that is kept reads like a dialogue of one round, so that views, splits, trainings
and exports need not know how it came about. Not covered: the journal (`aiev.run.journal`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiev.alignment.pair import pair_of
from aiev.alignment.picking import learnability
from aiev.dialogue.execution import execution_record
from aiev.store.alignment_records import CandidateRecord, InstructionRecord
from aiev.store.records import MessageRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiev.alignment.candidate import Candidate
    from aiev.alignment.item import Item
    from aiev.alignment.settings import AlignSettings
    from aiev.alignment.state import AlignState
    from aiev.store.records import ConversationRecord
    from aiev.store.writing.store import Store
    from aiev_agents.roles.agent import Turn
    from aiev_interpreter.protocol import Job

AGENT = "aligner"


class ItemRecorder:
    """The `Recorder` of one item."""

    def __init__(
        self,
        store: Store,
        conversation: ConversationRecord,
        item: Item,
        settings: AlignSettings,
        name_of: Callable[[Job | None], str],
    ) -> None:
        """Record into a store.

        Args:
            store: where to.
            conversation: as it begins.
            item: what was drawn.
            settings: which instructions show their tests.
            name_of: hash of a job.
        """
        self._store, self._conversation, self._item = store, conversation, item
        self._settings, self._name_of = settings, name_of
        self._about = InstructionRecord(conversation.id, item.category, item.difficulty, shots=item.shots)

    async def start(self) -> None:
        """Begin the conversation, or begin it anew."""
        await self._store.start_conversation(self._conversation, wait=False)

    async def instruction(self, state: AlignState) -> None:
        """See `Recorder.instruction`."""
        await self._write(concepts=state["concepts"], instruction=state["instruction"])
        await self._say(0, "user", state["asked"], state["instruction"] or state["asked"].text)

    async def candidates(self, candidates: Sequence[Candidate]) -> None:
        """See `Recorder.candidates`."""
        many, passing = len(candidates), sum(one.passes for one in candidates)
        await self._write(responses=many, passing=passing, learnability=learnability(passing, many))
        await self._store.write_candidates(self._conversation.id, [_row(one) for one in candidates], wait=False)

    async def finish(self, state: AlignState, ended: ConversationRecord) -> ConversationRecord:
        """Write the pair, if there is one, and how the conversation ended; return it."""
        chosen = state.get("chosen")
        if chosen and chosen.job and chosen.result:
            ended = await self._pair(state, chosen, ended)
        else:
            ended = replace(ended, problem=state.get("instruction", ""))
        await self._store.finish_conversation(ended, [1] if ended.status == "accepted" else [], wait=False)
        return ended

    async def _pair(self, state: AlignState, chosen: Candidate, ended: ConversationRecord) -> ConversationRecord:
        job, result, one = chosen.job, chosen.result, self._conversation.id
        assert job is not None  # noqa: S101 - only what ran can be chosen
        assert result is not None  # noqa: S101 - likewise
        pair = pair_of(state["instruction"], chosen, self._item, self._settings)
        await self._write(shows_tests=pair.shows_tests)
        await self._say(0, "user", state["asked"], pair.instruction)
        await self._say(1, "assistant", chosen.response.turn, pair.response)
        record = execution_record(1, job, result, name=self._name_of(job), verdict=chosen.verdict)
        await self._store.add_execution(one, record, wait=False)
        await self._store.choose_candidate(one, chosen.position, wait=False)
        if evidence := state.get("evidence"):
            await self._store.write_evidence(replace(evidence, conversation_id=one), wait=False)
        return replace(ended, rounds=1, problem=pair.instruction, program=job.program, tests=job.tests)

    async def _write(self, **changes: object) -> None:
        self._about = replace(self._about, **changes)  # type: ignore[arg-type] # names and types are the record's
        await self._store.write_instruction(self._about, wait=False)

    async def _say(self, position: int, role: str, turn: Turn, content: str) -> None:
        record = MessageRecord(
            position=position,
            role=role,
            content=content,
            train=False,
            agent=AGENT,
            prompt_hash=turn.prompt.hash,
            request_hash=turn.request.hash,
            round=position,
        )
        await self._store.add_message(self._conversation.id, record)


def _row(one: Candidate) -> CandidateRecord:
    parsed, result = one.response.parsed, one.result
    return CandidateRecord(
        position=one.position,
        request_hash=one.response.turn.request.hash,
        program=parsed.program if parsed else "",
        tests=parsed.tests if parsed else "",
        verdict=one.verdict,
        detail=one.detail,
        assertions=result.assertions if result else 0,
        cpu_seconds=result.cpu_seconds if result else 0.0,
    )
