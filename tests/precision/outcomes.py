"""What became of each dialogue: its rounds judged by the hidden tests, its evidence, and what it used.

Invariants: a policy is read from its newest run; a dialogue that is not over, or whose problem is at fault, is counted
apart. Tokens read and written are those that the dialogue used, whoever paid for them. Cached tokens and seconds are
those of the replies that can be told to be its own (paid by it, or said in it), scaled to all of its tokens where
another policy paid for replies that no message shows.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from precision.faults import FAULTS
from precision.problems import set_of

from aiev.store.reading.conversations import ConversationReader
from aiev.store.reading.evidence import EvidenceReader
from aiev.store.reading.read_only import ReadOnly
from aiev.store.reading.runs import RunReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from precision.hidden import HiddenTests

    from aiev.store.records import EvidenceRecord

_DIALOGUES = """
select c.id, s.name, c.status, c.reason, c.problem, c.prompt_tokens, c.completion_tokens
from conversations c join seeds s on s.id = c.seed_id where c.run_id = ? order by s.name
"""
_REPLIES = """
select purpose, prompt_tokens, cached_tokens, completion_tokens, seconds from requests
where conversation_id = ?1 or hash in (select request_hash from messages where conversation_id = ?1)
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What replies took."""

    read: float = 0
    """Tokens."""
    cached: float = 0
    """Of the tokens read, those that the endpoint took from its cache."""
    written: float = 0
    """Tokens."""
    seconds: float = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.read + other.read,
            self.cached + other.cached,
            self.written + other.written,
            self.seconds + other.seconds,
        )

    @property
    def tokens(self) -> float:
        """Read and written."""
        return self.read + self.written


@dataclass(frozen=True, slots=True)
class Round:
    """One execution. A reply without a program is never right."""

    program: str
    tests: str
    passed: bool
    """By its own tests."""
    right: bool = False
    """By the hidden tests."""
    output: str = ""
    """Of the hidden tests."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One conversation under one policy."""

    name: str
    policy: str
    status: str
    problem: str = ""
    rounds: tuple[Round, ...] = ()
    evidence: EvidenceRecord | None = None
    spent: Spent = field(default_factory=Spent)
    by_purpose: dict[str, Spent] = field(default_factory=dict)
    id: str = ""

    @property
    def set(self) -> str:
        """The benchmark."""
        return set_of(self.name)

    @property
    def accepted(self) -> bool:
        """By the policy."""
        return self.status == "accepted"

    @property
    def passed(self) -> bool:
        """Whether the last round passed its own tests."""
        return bool(self.rounds) and self.rounds[-1].passed

    @property
    def right(self) -> bool:
        """Whether the last program is right."""
        return bool(self.rounds) and self.rounds[-1].right

    @property
    def solvable(self) -> bool:
        """Whether some round was right."""
        return any(one.right for one in self.rounds)


def read_dialogues(db: Path, hidden: HiddenTests | None = None) -> list[Dialogue]:
    """All dialogues of the newest run of each policy; without `hidden`, no round is right yet."""
    with ReadOnly(db) as opened:
        runs = {run.config["accept"]["policy"]: run.id for run in reversed(RunReader(opened).runs())}
        return [one for policy, run in runs.items() for one in _of_run(opened, run, policy, hidden)]


def sound(dialogues: list[Dialogue]) -> list[Dialogue]:
    """Those that count: they are over, and nothing is wrong with their problem."""
    return [one for one in dialogues if one.status != "running" and one.name not in FAULTS]


def _of_run(db: ReadOnly, run: str, policy: str, hidden: HiddenTests | None) -> Iterator[Dialogue]:
    for row in db.rows(_DIALOGUES, run):
        known = defaultdict[str, Spent](Spent)
        for reply in db.rows(_REPLIES, row["id"]):
            known[reply["purpose"]] += Spent(
                reply["prompt_tokens"], reply["cached_tokens"], reply["completion_tokens"], reply["seconds"]
            )
        yield Dialogue(
            name=row["name"],
            policy=policy,
            status=row["status"],
            problem=row["problem"],
            rounds=tuple(_rounds(db, row["id"], row["name"], hidden)),
            evidence=EvidenceReader(db).evidence(row["id"]),
            spent=_scaled(sum(known.values(), Spent()), row["prompt_tokens"], row["completion_tokens"]),
            by_purpose=dict(known),
            id=row["id"],
        )


def _scaled(known: Spent, read: int, written: int) -> Spent:
    share = (read + written) / known.tokens if known.tokens else 0
    return Spent(read, known.cached * share, written, known.seconds * share)


def _rounds(db: ReadOnly, conversation: str, name: str, hidden: HiddenTests | None) -> Iterator[Round]:
    for one in ConversationReader(db).executions(conversation):
        passed = one.verdict == "ok"
        if hidden is None or not one.program:
            yield Round(one.program, one.tests, passed)
            continue
        judged = hidden.of(name, one.program)
        yield Round(one.program, one.tests, passed, judged.right, judged.output)
