"""Preference pairs from what the runs of a database have written already.

The programs and tests of each conversation are run against each other, and the matrix becomes part of it. Invariants:
no model is asked; a conversation keeps its standing, whatever its matrix says; the same command goes on with those that
have none.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from aiev.preference.crossing import crossed
from aiev.preference.judgement import judge
from aiev.preference.recording import matrix_record, units_of
from aiev.preference.sample import nothing_to_judge
from aiev.preference.timing import Stopwatch
from aiev.preference.written import ANSWERS, SUITES, written_sample
from aiev.run.attempt import Failed, attempt
from aiev.run.engine import Engine
from aiev.run.identity import CODEDPO, run_id
from aiev.run.opened import Start, opened_parts, opened_store
from aiev.run.progress import Progress
from aiev.store.reading.preference import PreferenceReader
from aiev.telemetry.operations import Observers
from aiev_agents.errors import ModelError
from aiev_interpreter.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.run.context import RunContext
    from aiev.run.result import RunResult
    from aiev.store.preference_records import MatrixRecord
    from aiev.store.reading.preference import WrittenConversation
    from aiev_agents.messages import ChatReply, ChatRequest
    from aiev_interpreter.protocol import Interpreter


class Nobody:
    """Stands where a model would be asked; nobody is."""

    name = ""

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Raises ModelError: there is nobody."""
        raise ModelError(f"{request.purpose} was asked of nobody")

    async def close(self) -> None:
        """Nothing is open."""


class PreferringRuns:
    """One start. `drain()` finishes what is in flight and begins nothing else."""

    recipe = CODEDPO

    def __init__(self, config: Config, db: Path) -> None:
        """Prepare a start; nothing is opened yet.

        Args:
            config: how programs are judged, and how many conversations are looked at.
            db: the database.
        """
        self.config, self.db = config, db
        self.run_id = run_id(config, f"{CODEDPO} from runs")
        self.progress = Progress(total=0)
        self.reasons = Counter[str]()
        """Why conversations have no pair."""
        self._engine = Engine(config.settings.run.workers, self.progress, config.settings.limits)
        self._timing = asyncio.Lock()

    def drain(self) -> None:
        """Begin nothing else."""
        self._engine.drain()

    async def run(self, *, interpreter: Interpreter | None = None) -> RunResult:
        """Judge what is there.

        Args:
            interpreter: runs the programs; opened from the configuration when None. It is closed at the end.

        Raises:
            LeaseError: another process does this.
            AievError: something cannot be opened; what was done is kept.
        """
        settings = self.config.settings
        start = Start(self.config, self.recipe, self.run_id, self._engine, self.progress, Observers())
        async with opened_store(self.db, settings, self.run_id) as (store, db):
            reader = PreferenceReader(db)
            found = reader.written()[: settings.run.limit or None]
            self.progress.total = len(found)
            languages = {one.language for one in found}
            async with opened_parts(start, store, db, languages, model=Nobody(), interpreter=interpreter) as parts:
                await self._engine.run(iter(found), partial(self._judge, parts.context, reader))
        return parts.result

    async def _judge(self, run: RunContext, reader: PreferenceReader, one: WrittenConversation) -> None:
        """Judge and store the matrix of one conversation; one whose sandbox fails is left for later."""
        _, interpreter = run.journaled(one.id)
        made = await attempt(run, interpreter, partial(self._matrix, run, reader, one, interpreter))
        if isinstance(made, Failed):
            self.progress.statuses["failed"] += 1
            self.progress.failures[made.reason] += 1
        elif made is not None:
            matrix, reason = made
            if matrix:
                await run.store.write_matrix(matrix)
            self.progress.statuses["discarded" if reason else "accepted"] += 1
            self.reasons.update([reason] if reason else [])

    async def _matrix(
        self, run: RunContext, reader: PreferenceReader, one: WrittenConversation, interpreter: Interpreter
    ) -> tuple[MatrixRecord | None, str]:
        """The matrix of one conversation, and why it has no pair."""
        settings, prefer = run.settings, run.settings.prefer
        sample = written_sample(reader.replies(one.id, (*ANSWERS, *SUITES)), one.language)
        units = units_of([suite.text for suite in sample.tests], one.language)[: prefer.units]
        programs, sources = [program.text for program in sample.programs], [unit.source for unit in units]
        if reason := nothing_to_judge(sample, units):
            return None, reason
        limits = Limits.of(settings.interpreter, settings.install)
        outcomes = await crossed(
            interpreter,
            sample,
            sources,
            one.language,
            limits=limits,
            install=settings.install,
            seconds=prefer.seconds,
        )
        judgement = judge(programs, sources, one.language, outcomes, prefer)
        stopwatch = Stopwatch(interpreter, limits, prefer, one.language, self._timing)
        fast = await stopwatch.pairs(programs, sources, judgement, outcomes)
        matrix = matrix_record(
            one.id,
            generations=sample.generations,
            units=units,
            outcomes=outcomes,
            judgement=judgement,
            settings=prefer,
            fast=fast,
        )
        return matrix, "" if fast else judgement.reason
