"""Makes the pairs of one problem within a run, and records them.

Invariants: a problem that ends is accepted with pairs, discarded or failed with a reason; one that a stopping run
interrupts stays `running` and is resumed by the next start. What was sampled and run is kept also where no pair comes
of it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from aiev.alignment.item import Item
from aiev.alignment.run_item import aligner_of
from aiev.dialogue.state import decoding_seed
from aiev.preference.graph import run_problem
from aiev.preference.recording import matrix_record
from aiev.preference.sample import Sampler
from aiev.preference.state import PreferContext
from aiev.preference.timing import Stopwatch
from aiev.run.identity import conversation_id
from aiev.run.item_end import made
from aiev.seeds.snippet import PROBLEM
from aiev.setup.roles import build_agent
from aiev.store.clock import now
from aiev.store.records import ConversationRecord, MessageRecord
from aiev_agents.fences import fenced
from aiev_agents.languages import language_named
from aiev_interpreter.protocol import Limits

if TYPE_CHECKING:
    import asyncio

    from aiev.preference.state import PreferState
    from aiev.run.context import RunContext
    from aiev.store.records import SeedRecord
    from aiev_agents.roles.agent import Turn


class RunProblem:
    """The problem of one seed in one run.

    Args:
        run: what it works with.
        seed: the problem itself, or what it is made from.
        timing: held while programs are timed.
    """

    def __init__(self, run: RunContext, seed: SeedRecord, timing: asyncio.Lock) -> None:
        self._run, settings = run, run.settings
        self.conversation = ConversationRecord(
            id=conversation_id(run.run_id, seed.id),
            run_id=run.run_id,
            seed_id=seed.id,
            status="running",
            started_at=now(),
        )
        self._model, interpreter = run.journaled(self.conversation.id)
        self._interpreter = interpreter
        self.language = settings.dialogue.language or seed.language
        item = Item.of(seed.content, self.language, f"{settings.run.seed}:{seed.id}", settings.align)
        limits = Limits.of(settings.interpreter, settings.install)
        self._context = PreferContext(
            item=item,
            given=seed.kind == PROBLEM,
            author=aligner_of(self._model, settings),
            sampler=Sampler(
                build_agent(self._model, settings.programmer, settings.model),
                build_agent(self._model, settings.questioner, settings.model),
                settings.prefer,
                self.language,
                partial(decoding_seed, item.key),
            ),
            interpreter=interpreter,
            limits=limits,
            stopwatch=Stopwatch(interpreter, limits, settings.prefer, self.language, timing),
            recorder=self,
            settings=settings,
        )

    async def make(self) -> ConversationRecord | None:
        """Run the graph and return how the problem ended; None when it is left for the next start.

        Raises:
            SetupError: the endpoint refuses every request or does not answer; the problem is left for the next start.
            StoreError: the database cannot be written.
        """
        found = await made(self._run, self.conversation, self._model, self._interpreter, self._run_graph)
        if found is None:
            return None
        state, ended = found
        return await self._finish(state or {}, ended)

    async def problem(self, state: PreferState) -> None:
        """See `Recorder.problem`."""
        await self._say(0, "user", state["problem"], state["asked"])

    async def _run_graph(self) -> PreferState:
        await self._run.store.start_conversation(self.conversation, wait=False)
        return await run_problem(self._context, self._run.callbacks)

    async def _finish(self, state: PreferState, ended: ConversationRecord) -> ConversationRecord:
        """Write the matrix, the best program of one that is accepted, and how it ended."""
        store, one = self._run.store, self.conversation.id
        ended = replace(ended, problem=state.get("problem", ""))
        if "judgement" in state:
            matrix = matrix_record(
                one,
                generations=state["sample"].generations,
                units=state["units"],
                outcomes=state["outcomes"],
                judgement=state["judgement"],
                settings=self._run.settings.prefer,
                fast=state["fast"],
            )
            await store.write_matrix(matrix, wait=False)
            if matrix.pairs:
                best = state["sample"].programs[matrix.pairs[0].chosen].text
                trusted = [unit.source for unit in matrix.units if not unit.set_apart]
                ended = replace(ended, rounds=1, program=best, tests="\n".join(trusted))
                await self._say(1, "assistant", fenced(best.strip(), language_named(self.language).fence), None)
        await store.finish_conversation(ended, [1] if ended.status == "accepted" else [], wait=False)
        return ended

    async def _say(self, position: int, role: str, content: str, turn: Turn | None) -> None:
        record = MessageRecord(
            position=position,
            role=role,
            content=content,
            train=False,
            agent="",
            prompt_hash=turn.prompt.hash if turn else "",
            request_hash=turn.request.hash if turn else "",
            round=position,
        )
        await self._run.store.add_message(self.conversation.id, record)
