"""Makes the dialogue of one seed within a run.

Invariant: a dialogue that ends is accepted, discarded, or failed with a reason; one that a stopping run interrupts
stays `running` and is resumed by the next start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dialogue.graph import run_dialogue
from aiev.dialogue.recorder import DialogueRecorder
from aiev.dialogue.rounds import has_passed
from aiev.dialogue.state import DialogueContext
from aiev.evidence.settings import Policy
from aiev.evidence.verdict import VERIFIED
from aiev.run.attempt import Failed, attempt
from aiev.run.identity import conversation_id
from aiev.setup.roles import build_agent
from aiev.store.clock import now
from aiev.store.records import ConversationRecord
from aiev_interpreter.protocol import Limits

if TYPE_CHECKING:
    from aiev.config.settings import Settings
    from aiev.dialogue.state import DialogueState, Recorder
    from aiev.run.context import RunContext
    from aiev.store.records import SeedRecord
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_interpreter.protocol import Interpreter


class RunDialogue:
    """The dialogue of one seed in one run."""

    def __init__(self, run: RunContext, seed: SeedRecord) -> None:
        self.conversation = ConversationRecord(
            id=conversation_id(run.run_id, seed.id),
            run_id=run.run_id,
            seed_id=seed.id,
            status="running",
            started_at=now(),
        )
        self.language = run.settings.dialogue.language or seed.language
        self._run = run
        self._seed = seed
        self._model, self._interpreter = run.journaled(self.conversation.id)
        self._recorder = DialogueRecorder(
            run.store,
            self.conversation,
            name_of=self._interpreter.hash_of,
            verdicts=run.progress.verdicts,
            policy=run.settings.accept.policy,
        )

    async def make(self) -> ConversationRecord | None:
        """Run the dialogue and return how it ended; None when it is left for the next start.

        Raises:
            SetupError: the endpoint refuses every request or does not answer; the dialogue is left for the next start.
            StoreError: the database cannot be written.
        """
        run, began = self._run, self._run.progress.seconds
        talked = await attempt(run, self._interpreter, self._talk)
        if talked is None:
            return None
        status, reason = ("failed", talked.reason) if isinstance(talked, Failed) else talked
        return await self._end(status, reason, run.progress.seconds - began)

    async def _talk(self) -> tuple[str, str]:
        """Run the graph: status and reason."""
        await self._recorder.start()
        context = dialogue_context(self._run.settings, self._seed, self._model, self._interpreter, self._recorder)
        return standing(await run_dialogue(context, self._run.callbacks), self._run.settings.accept.policy)

    async def _end(self, status: str, reason: str, seconds: float) -> ConversationRecord:
        model, progress = self._model, self._run.progress
        ended = await self._recorder.finish(
            status,
            reason,
            seconds=seconds,
            prompt_tokens=model.prompt_tokens,
            completion_tokens=model.completion_tokens,
            cost=model.cost,
        )
        progress.statuses[status] += 1
        if status == "accepted":
            progress.rounds[ended.rounds] += 1
        return ended


def standing(state: DialogueState, policy: Policy) -> tuple[str, str]:
    """Status and reason of a dialogue that came to its end."""
    rounds = f"{state['round']} round" + ("s" if state["round"] != 1 else "")
    if not has_passed(state["verdict"], policy):
        return "discarded", f"{state['verdict']} after {rounds}"
    if policy is not Policy.VERIFIED or state["evidence"] == VERIFIED:
        return "accepted", ""
    return "discarded", state["sentence"]


def dialogue_key(settings: Settings, seed_id: str) -> str:
    """What draws the decoding seeds of a seed's dialogue."""
    return f"{settings.run.seed}:{seed_id}"


def dialogue_context(
    settings: Settings, seed: SeedRecord, model: ChatModel, interpreter: Interpreter, recorder: Recorder
) -> DialogueContext:
    """What the dialogue of one seed works with."""
    return DialogueContext(
        snippet=seed.content,
        language=settings.dialogue.language or seed.language,
        questioner=build_agent(model, settings.questioner, settings.model),
        programmer=build_agent(model, settings.programmer, settings.model),
        interpreter=interpreter,
        recorder=recorder,
        limits=Limits.of(settings.interpreter, settings.install),
        seed_key=dialogue_key(settings, seed.id),
        settings=settings,
    )
