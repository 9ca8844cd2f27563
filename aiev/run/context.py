"""What all dialogues of one run share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiev.run.journal import JournaledInterpreter, JournaledModel
from aiev.run.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langchain_core.callbacks import BaseCallbackHandler

    from aiev.config.settings import Settings
    from aiev.run.journal import Journal
    from aiev.run.prices import Prices
    from aiev.run.progress import Progress
    from aiev.store.writing.store import Store
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_interpreter.protocol import Interpreter


@dataclass(frozen=True, slots=True)
class RunContext:
    """Open parts and settings of a run."""

    run_id: str
    settings: Settings
    store: Store
    journal: Journal
    model: ChatModel
    interpreter: Interpreter
    prices: Prices
    progress: Progress
    stopping: Callable[[], bool] = lambda: False
    """Whether the run has failed, so that no further request may go out."""
    turns: Turns = field(default_factory=Turns)
    callbacks: Sequence[BaseCallbackHandler] = ()
    """Told of each node of a dialogue's graph."""

    def journaled(self, conversation_id: str) -> tuple[JournaledModel, JournaledInterpreter]:
        """The model and the interpreter of one conversation."""
        model = JournaledModel(
            self.model,
            store=self.store,
            journal=self.journal,
            conversation_id=conversation_id,
            progress=self.progress,
            prices=self.prices,
            stopping=self.stopping,
            turns=self.turns,
        )
        return model, JournaledInterpreter(
            self.interpreter, self.journal, conversation_id, store=self.store, turns=self.turns
        )
