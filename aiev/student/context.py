"""What an evaluation works with, and how it is opened and closed."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aiev.batch.answers import answer_by_batch
from aiev.run.progress import Progress
from aiev.setup.interpreter import build_interpreter
from aiev.student.serve import open_model

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from aiev.batch.requests import PendingRequest
    from aiev.config.layers import Config
    from aiev.config.settings import Settings
    from aiev.store.reading.student import StudentReader
    from aiev.store.student_records import TrainingRecord
    from aiev.store.writing.student import StudentStore
    from aiev.student.problems import Problem
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_interpreter.protocol import Interpreter

    Prefetch = Callable[[str, Sequence[PendingRequest]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Backends:
    """How models and sandboxes are opened; tests of the machinery pass scripted ones."""

    open_model: Callable[[Config, TrainingRecord | None], Awaitable[ChatModel]] = open_model
    open_interpreter: Callable[..., Awaitable[Interpreter]] = build_interpreter


DEFAULT_BACKENDS = Backends()


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """What an evaluation works with."""

    store: StudentStore
    reader: StudentReader
    model: ChatModel
    interpreter: Interpreter
    settings: Settings
    progress: Progress
    """Counts samples; `statuses` has `passed` and `failed`."""
    prefetch: Prefetch | None = None
    """Has requests answered together and leaves the replies in the journal; None asks them one by one."""


@asynccontextmanager
async def open_evaluation(
    config: Config,
    store: StudentStore,
    reader: StudentReader,
    problems: Sequence[Problem],
    *,
    training: TrainingRecord | None = None,
    progress: Progress | None = None,
    backends: Backends = DEFAULT_BACKENDS,
) -> AsyncIterator[EvaluationContext]:
    """Open model and sandbox for as long as they are needed.

    Args:
        config: of the role that is evaluated.
        store: of the database.
        reader: of the same database.
        problems: tell the sandbox which languages it needs.
        training: whose weights the model uses; None takes the model as it is.
        progress: counts samples; a new one when None.
        backends: open the model and the sandbox.

    Raises:
        AievError: model or sandbox cannot be opened.
    """
    settings = config.settings
    interpreter = await backends.open_interpreter(
        settings, {problem.language for problem in problems}, run_id="evaluate"
    )
    try:
        model = await backends.open_model(config, training)
        try:
            prefetch = partial(answer_by_batch, config, store, reader.db) if uses_batch(config, training) else None
            yield EvaluationContext(
                store, reader, model, interpreter, settings, progress or Progress(total=len(problems)), prefetch
            )
        finally:
            await model.close()
    finally:
        await interpreter.close()


def uses_batch(config: Config, training: TrainingRecord | None) -> bool:
    """Whether the answers go through a batch API; no provider serves an adapter of ours."""
    model = config.settings.model
    return config.settings.gate.batch and training is None and model.backend == "openai" and bool(model.base_url)
