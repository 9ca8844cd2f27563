"""A run and its starts as rows: what shapes it; when each start began, how it ended, and why.

Invariant: a start that was not killed says how it ended, whatever ended it.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from aiev import __version__
from aiev.run.identity import prompts_of
from aiev.run.shielded import to_its_end
from aiev.store.clock import now
from aiev.store.records import RunRecord, StartRecord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiev.config.layers import Config
    from aiev.run.progress import Progress
    from aiev.store.writing.store import Store
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_interpreter.protocol import Interpreter


@asynccontextmanager
async def recorded_start(store: Store, run_id: str, progress: Progress) -> AsyncIterator[None]:
    """Write that a start begins, and after the body how it ended."""
    at = now()
    identity = f"{run_id}:{at}:{os.getpid()}"
    start = StartRecord(hashlib.sha256(identity.encode()).hexdigest()[:16], run_id, at)
    await store.write_start(start)
    outcome, reason = "failed", "killed"
    try:
        yield
        outcome, reason = _outcome(progress)
    except asyncio.CancelledError:
        outcome, reason = "interrupted", "stopped at once"
        raise
    except Exception as error:
        reason = str(error)
        raise
    finally:
        await to_its_end(store.write_start(replace(start, ended_at=now(), outcome=outcome, reason=reason)))


def run_record(config: Config, run_id: str, recipe: str, model: ChatModel, interpreter: Interpreter) -> RunRecord:
    """The row of a run that starts now."""
    return RunRecord(
        id=run_id,
        recipe=recipe,
        started_at=now(),
        config=config.public(),
        config_fingerprint=config.fingerprint,
        model=model.name,
        backend=config.settings.model.backend,
        interpreter=interpreter.name,
        image=interpreter.image,
        prompts=prompts_of(recipe),
        version=__version__,
    )


def _outcome(progress: Progress) -> tuple[str, str]:
    if progress.stopped:
        return "limit", progress.stopped
    return ("interrupted", "finished what was in flight") if progress.draining else ("done", "")
