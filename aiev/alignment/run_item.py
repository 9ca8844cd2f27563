"""Makes the item of one seed within a run.

Invariant: an item that ends is accepted, discarded, or failed with a reason; one that a stopping run interrupts stays
`running` and is resumed by the next start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.alignment.graph import run_item
from aiev.alignment.item import Item
from aiev.alignment.recording import ItemRecorder
from aiev.alignment.state import AlignContext
from aiev.run.identity import conversation_id
from aiev.run.item_end import made
from aiev.store.clock import now
from aiev.store.records import ConversationRecord
from aiev_agents.messages import Sampling
from aiev_agents.roles.agent import Agent
from aiev_interpreter.protocol import Limits

if TYPE_CHECKING:
    from aiev.alignment.state import AlignState
    from aiev.config.settings import Settings
    from aiev.run.context import RunContext
    from aiev.store.records import SeedRecord
    from aiev_agents.clients.chat_model import ChatModel


class RunItem:
    """The item of one seed in one run."""

    def __init__(self, run: RunContext, seed: SeedRecord) -> None:
        self._run, settings = run, run.settings
        self.conversation = ConversationRecord(
            id=conversation_id(run.run_id, seed.id),
            run_id=run.run_id,
            seed_id=seed.id,
            status="running",
            started_at=now(),
        )
        self._model, self._interpreter = run.journaled(self.conversation.id)
        self.language = settings.dialogue.language or seed.language
        item = Item.of(seed.content, self.language, f"{settings.run.seed}:{seed.id}", settings.align)
        self._recorder = ItemRecorder(run.store, self.conversation, item, settings.align, self._interpreter.hash_of)
        self._context = AlignContext(
            item=item,
            agent=aligner_of(self._model, settings),
            interpreter=self._interpreter,
            limits=Limits.of(settings.interpreter, settings.install),
            recorder=self._recorder,
            settings=settings,
        )

    async def make(self) -> ConversationRecord | None:
        """Run the graph and return how the item ended; None when it is left for the next start.

        Raises:
            SetupError: the endpoint refuses every request or does not answer; the item is left for the next start.
            StoreError: the database cannot be written.
        """
        found = await made(self._run, self.conversation, self._model, self._interpreter, self._run_graph)
        if found is None:
            return None
        state, ended = found
        return await self._recorder.finish(state or {}, ended)

    async def _run_graph(self) -> AlignState:
        await self._recorder.start()
        return await run_item(self._context, self._run.callbacks)


def aligner_of(model: ChatModel, settings: Settings) -> Agent:
    """The model that writes concepts, instructions and responses."""
    align = settings.align
    sampling = Sampling(temperature=align.temperature, top_p=align.top_p, max_tokens=align.response_tokens)
    return Agent(model=model, sampling=sampling)
