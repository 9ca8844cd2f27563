"""How an evaluation or a loop opens its models and its sandbox; tests of the machinery pass scripted ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aiev.setup.interpreter import build_interpreter
from aiev.student.serve import open_model

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from aiev.config.layers import Config
    from aiev.config.settings import Settings
    from aiev.store.student_records import TrainingRecord
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_interpreter.protocol import Interpreter


class OpenInterpreter(Protocol):
    """Opens a sandbox; see `build_interpreter`."""

    async def __call__(self, settings: Settings, languages: Iterable[str] = (), *, run_id: str) -> Interpreter:
        """The sandbox, with the tools of these languages."""
        ...


@dataclass(frozen=True, slots=True)
class Backends:
    """How models and sandboxes are opened."""

    open_model: Callable[[Config, TrainingRecord | None], Awaitable[ChatModel]] = open_model
    open_interpreter: OpenInterpreter = build_interpreter


DEFAULT_BACKENDS = Backends()
