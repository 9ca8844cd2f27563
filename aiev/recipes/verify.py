"""Adds evidence to dialogues that exist already, of any recipe and any age.

Every dialogue that passed its tests and has no evidence is looked at: its suites are gone through once more, and what
shows that its program is right is gathered as in a run. Invariants: what was paid for is in the journal under the
dialogue's own decoding seeds, so a killed start loses nothing and the same command resumes; an accepted dialogue stays
accepted, whatever its evidence says (who may be trained on is the store's rule for evidence); one that was unverified
and is verified now becomes accepted.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from aiev.dialogue.rounds import MALFORMED
from aiev.evidence.claim import Claim
from aiev.evidence.contract import Contract
from aiev.evidence.disputes import replayed
from aiev.evidence.gathering import Gatherer
from aiev.evidence.verdict import VERIFIED
from aiev.evidence.witnesses import Witnesses
from aiev.run.attempt import Failed, attempt
from aiev.run.dialogues import dialogue_key
from aiev.run.engine import Engine
from aiev.run.identity import VERIFY, run_id
from aiev.run.opened import Start, opened_parts, opened_store
from aiev.run.prices import check_cost_limit
from aiev.run.progress import Progress
from aiev.setup.roles import build_hearing
from aiev.store.reading.conversations import ConversationReader
from aiev.store.reading.evidence import EvidenceReader
from aiev.telemetry.operations import Observers
from aiev_interpreter.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.run.context import RunContext
    from aiev.run.result import RunResult
    from aiev.store.reading.evidence import PassedConversation
    from aiev.store.records import EvidenceRecord
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_interpreter.protocol import Interpreter


class Verification:
    """One start; the statuses of its result are those of the evidence, and `failed` is left for the next start.

    `drain()` finishes what is in flight and begins nothing else.
    """

    recipe = VERIFY

    def __init__(self, config: Config, db: Path, *, again: bool = False) -> None:
        """Prepare a start; nothing is opened yet.

        Args:
            config: the model that solves and arbitrates, and how much evidence is gathered.
            db: the database.
            again: also look at dialogues that have evidence.

        Raises:
            ConfigError: a limit of cost cannot be enforced, because prices are unknown.
        """
        check_cost_limit(config.settings)
        self.config, self.db, self.again = config, db, again
        self.run_id = run_id(config, VERIFY)
        self.progress = Progress(total=0)
        self._engine = Engine(config.settings.run.workers, self.progress, config.settings.limits)

    def drain(self) -> None:
        """Begin nothing else."""
        self._engine.drain()

    async def run(self, *, model: ChatModel | None = None, interpreter: Interpreter | None = None) -> RunResult:
        """Gather the evidence.

        Args:
            model: solves and arbitrates; opened from the configuration when None. It is closed at the end.
            interpreter: runs the matrices; likewise.

        Raises:
            LeaseError: another process makes this run.
            AievError: something cannot be opened, or the endpoint refuses all requests; what was done is kept.
        """
        settings = self.config.settings
        start = Start(self.config, VERIFY, self.run_id, self._engine, self.progress, Observers())
        async with opened_store(self.db, settings, self.run_id) as (store, db):
            passed = EvidenceReader(db).passed(again=self.again)[: settings.run.limit or None]
            self.progress.total = len(passed)
            languages = {one.language for one in passed}
            async with opened_parts(start, store, db, languages, model=model, interpreter=interpreter) as parts:
                verify = partial(self._verify, parts.context, ConversationReader(db))
                await self._engine.run(iter(passed), verify)
        return parts.result

    async def _verify(self, run: RunContext, reader: ConversationReader, one: PassedConversation) -> None:
        """Gather and store the evidence of one dialogue; one whose sandbox or endpoint fails is left for later."""
        model, interpreter = run.journaled(one.id)
        evidence = await attempt(run, interpreter, partial(self._evidence, reader, one, model, interpreter))
        if isinstance(evidence, Failed):
            self.progress.statuses["failed"] += 1
            self.progress.failures[evidence.reason] += 1
        if evidence is None or isinstance(evidence, Failed):
            return
        await run.store.write_evidence(replace(evidence, conversation_id=one.id))
        if evidence.status == VERIFIED and one.status != "accepted":
            await run.store.accept(one.id)
        self.progress.statuses[evidence.status] += 1

    async def _evidence(
        self, reader: ConversationReader, one: PassedConversation, model: ChatModel, interpreter: Interpreter
    ) -> EvidenceRecord:
        """The evidence of one dialogue: its suites gone through once more, then what a run would gather.

        Requests have the decoding seeds that the dialogue itself would give them.
        """
        settings, rounds = self.config.settings, [it for it in reader.executions(one.id) if it.verdict != MALFORMED]
        key = dialogue_key(settings, one.seed_id)
        hearing = build_hearing(model, settings, problem=one.problem, language=one.language, key=key)
        contract = Contract.of(one.problem, one.language)
        tests, contract = await replayed(hearing, contract, [(it.round, it.tests) for it in rounds])
        last = rounds[-1]
        claim = Claim(
            problem=one.problem,
            program=last.program,
            tests=tests,
            contract=contract,
            round=last.round,
            language=one.language,
            requirements=last.requirements,
        )
        limits = Limits.of(settings.interpreter, settings.install)
        evidence, _ = await Gatherer(hearing, interpreter, limits, settings.accept).gather(claim, Witnesses())
        return evidence
