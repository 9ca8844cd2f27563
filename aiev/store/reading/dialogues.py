"""Whole dialogues, read for export: page by page in the order of their ids.

Invariants: memory does not grow with the database; the order depends on ids alone, never on when a row was written; a
page is read in one go, so a run that goes on beside it neither blocks nor disturbs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aiev.store.reading.alignment import AlignmentReader
from aiev.store.reading.evidence import EvidenceReader
from aiev.store.reading.preference import PreferenceReader
from aiev.store.reading.read_only import Reader, thoughts_column
from aiev.store.reading.standing import NO_EVIDENCE
from aiev.store.records import MessageRecord, SeedRecord, SplitRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.store.alignment_records import InstructionRecord
    from aiev.store.reading.preference import ScoredPair
    from aiev.store.reading.read_only import Row
    from aiev.store.records import EvidenceRecord

PAGE = 200
"""Dialogues read at once."""

_DIALOGUES = """
select c.id, c.run_id, c.seed_id, c.status, c.problem, c.program, c.tests, c.seconds,
  c.prompt_tokens, c.completion_tokens, s.kind, s.language as seed_language, s.content, s.source, s.licence, s.name,
  r.recipe, r.model, coalesce(nullif(json_extract(r.config, '$.dialogue.language'), ''), s.language) as language,
  {split} as split, {label} as label
from conversations c join seeds s on s.id = c.seed_id join runs r on r.id = c.run_id
where c.id > ? and c.status != 'running' order by c.id limit ?
"""
_SPLIT = "(select split from splits p where p.seed_id = c.seed_id)"
_LABEL = "(select label from labels l where l.conversation_id = c.id order by l.id desc limit 1)"
_ROUNDS = """
select conversation_id, round, verdict, assertions, requirements from executions
where conversation_id in (select value from json_each(?)) order by conversation_id, round
"""
_MESSAGES = """
select conversation_id, position, role, content, train, agent, prompt_hash, request_hash, round{reasoning} from messages
where conversation_id in (select value from json_each(?)) order by conversation_id, position
"""
_MONEY = """
select c.run_id, coalesce(sum(r.cost), 0.0) as dollars, count(*) as replies, count(*) - count(r.cost) as unpriced
from requests r join conversations c on c.id = r.conversation_id group by c.run_id
"""
_ERROR_CLASSES = """
select c.run_id, e.error_class, count(*) as n from executions e join conversations c on c.id = e.conversation_id
where e.error_class != '' and c.status != 'running' group by 1, 2
"""


@dataclass(frozen=True, slots=True)
class Money:
    """What a run's replies cost."""

    dollars: float
    """US dollars for the replies that have a price."""
    replies: int
    unpriced: int
    """Replies without a known price."""


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """What of an execution matters to a dataset."""

    round: int
    verdict: str
    assertions: int
    requirements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DialogueRecord:
    """A conversation that has ended, with all that an export may need of it."""

    id: str
    run_id: str
    status: str
    problem: str
    program: str
    tests: str
    seconds: float
    prompt_tokens: int
    completion_tokens: int
    seed: SeedRecord
    recipe: str
    model: str
    language: str
    """Of the problem and its programs."""
    split: str
    """`train`, `test`, `held`, or empty while the seed is in no split."""
    label: str
    """The newest `accept`, `reject` or `flag`; empty without one."""
    messages: tuple[MessageRecord, ...]
    rounds: tuple[RoundRecord, ...]
    evidence: EvidenceRecord | None = None
    """Without its tests; None when none was gathered."""
    made_from: InstructionRecord | None = None
    """Of self-alignment: how its instruction came about."""
    pairs: tuple[ScoredPair, ...] = ()
    """Of programs that were sampled for its problem."""

    @property
    def evidence_status(self) -> str:
        """Status of the evidence, or `none`."""
        return self.evidence.status if self.evidence else NO_EVIDENCE

    @property
    def passed_round(self) -> int:
        """The last round, where it passed or was accepted; else 0. What passed before it was contradicted."""
        last = self.rounds[-1] if self.rounds else None
        return last.round if last and (last.verdict == "ok" or self.status == "accepted") else 0


class DialogueReader(Reader):
    """Streams whole dialogues, and counts what a dataset is judged by."""

    def dialogues(self, *, messages: bool = True) -> Iterator[DialogueRecord]:
        """Every conversation that has ended, by id; without its messages and pairs where they are not asked for."""
        last = ""
        while page := self._page(last):
            ids = json.dumps([row["id"] for row in page])
            said = _by_conversation(self.db.rows(self._messages, ids)) if messages else {}
            pairs = PreferenceReader(self.db).of_conversations(row["id"] for row in page) if messages else {}
            rounds = _by_conversation(self.db.rows(_ROUNDS, ids))
            evidence = EvidenceReader(self.db).without_tests(row["id"] for row in page)
            made_from = AlignmentReader(self.db).of_conversations(row["id"] for row in page)
            for row in page:
                one = row["id"]
                found = _dialogue(row, said.get(one, []), rounds.get(one, []))
                yield replace(found, evidence=evidence.get(one), made_from=made_from.get(one), pairs=pairs.get(one, ()))
            last = page[-1]["id"]

    def splits(self) -> list[SplitRecord]:
        """Every seed that is in a split."""
        return [SplitRecord(**row) for row in self.db.rows_of("splits", "select * from splits order by seed_id")]

    def money(self) -> dict[str, Money]:
        """What the replies of each run cost, by run."""
        rows = self.db.rows(_MONEY)
        return {row["run_id"]: Money(row["dollars"], row["replies"], row["unpriced"]) for row in rows}

    def begun(self) -> dict[str, int]:
        """Conversations of each run that were begun and have not ended."""
        rows = self.db.rows("select run_id, count(*) as n from conversations where status = 'running' group by run_id")
        return {row["run_id"]: row["n"] for row in rows}

    def error_classes(self) -> dict[str, dict[str, int]]:
        """Rounds of each run by the class of their error."""
        found: dict[str, dict[str, int]] = {}
        for row in self.db.rows(_ERROR_CLASSES):
            found.setdefault(row["run_id"], {})[row["error_class"]] = row["n"]
        return found

    @cached_property
    def _messages(self) -> str:
        return _MESSAGES.replace("{reasoning}", thoughts_column(self.db))

    def _page(self, after: str) -> list[Row]:
        split = _SPLIT if self.db.columns("splits") else "''"
        label = _LABEL if self.db.columns("labels") else "''"
        query = _DIALOGUES.replace("{split}", split).replace("{label}", label)
        return self.db.rows(query, after, PAGE)


def _by_conversation(rows: list[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.pop("conversation_id"), []).append(row)
    return grouped


def _dialogue(row: Row, messages: list[Row], rounds: list[Row]) -> DialogueRecord:
    names = ("id", "run_id", "status", "problem", "program", "tests", "seconds", "recipe", "model", "language")
    values: dict[str, Any] = {name: row[name] for name in (*names, "prompt_tokens", "completion_tokens")}
    seed = SeedRecord(
        id=row["seed_id"],
        kind=row["kind"],
        language=row["seed_language"],
        content=row["content"],
        source=row["source"],
        licence=row["licence"],
        name=row["name"],
    )
    return DialogueRecord(
        **values,
        seed=seed,
        split=row["split"] or "",
        label=row["label"] or "",
        messages=tuple(MessageRecord(**message | {"train": bool(message["train"])}) for message in messages),
        rounds=tuple(
            RoundRecord(**entry | {"requirements": tuple(json.loads(entry["requirements"]))}) for entry in rounds
        ),
    )
