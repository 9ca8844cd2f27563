"""An index in memory of what conversations can be chosen by: exact counts and neighbours at the cost of a few `and`s.

For each value of each facet there is one integer with a bit for each conversation, in the order of the list (the newest
first, the first as the highest bit). A choice is the conjunction of such integers, so that every combination of facets,
a search included, is counted exactly and in microseconds: 200,000 conversations take 25 kB a value. Invariant: what a
facet means here is what the filter of its name means in `listing.py` (a test compares them). Not covered: staying up to
date; an index is as old as its making, and `following.py` makes a new one when the file has changed.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from aiev.store.reading.evidence import kind_of
from aiev.store.reading.listing import search_words
from aiev.store.reading.standing import NO_EVIDENCE
from aiev.store.texts import clean

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence

FACETS = (
    "status",
    "evidence",
    "stage",
    "language",
    "rounds",
    "verdict",
    "error_class",
    "package",
    "model",
    "split",
    "label",
    "run",
)
"""What a list can be narrowed by, in the order in which it is offered."""
SEARCHES_KEPT = 32
_MARK = ord("1")
_STRIDE = 4096
"""Conversations that are passed over at once on the way to a page."""
_CONVERSATIONS = """
select rowid, id, run_id, seed_id, status, rounds, language, prompt_tokens, completion_tokens, seconds, cost
from conversations order by started_at desc, id
"""
_REASONS = """
select v.conversation_id, r.value from evidence v, json_each(v.detail, '$.reasons') r where v.status <> 'verified'
"""
PERIODS = 24
"""Columns of a picture of what was spent."""


@dataclass(slots=True)
class RunTotals:
    """What the dialogues of a run came to, in sums."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    verdicts: Counter[str] = field(default_factory=Counter)
    """Of all executions."""
    error_classes: Counter[str] = field(default_factory=Counter)
    """Of all executions that did not pass."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Kinds of reasons why dialogues with evidence are not verified."""
    cost: float | None = None
    """Paid for model calls, in US dollars; None where it is not recorded."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent on dialogues that were begun one after another."""

    accepted: float
    """On those that were accepted."""
    rest: float
    """On all others."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What the dialogues of a choice took."""

    unit: Literal["dollars", "tokens"]
    """US dollars where any price is known and not all of it was free, else tokens written."""
    parts: tuple[Spent, ...]
    """Of up to `PERIODS` parts of equally many dialogues, the oldest first."""
    unpriced: int
    """Dialogues that wrote something and have no known price: dollars leave them out."""


class FacetIndex:
    """Chooses among the conversations of one file as they were when it was made. Facets are named in `FACETS`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read the file. The connection must stay in one transaction meanwhile, so that the parts fit together."""
        marks: dict[str, dict[str, bytearray]] = {name: {} for name in FACETS}
        positions = self._read_conversations(connection, marks)
        self._read_executions(connection, marks, positions)
        self._read_reasons(connection, positions)
        self._message_positions = self._read_messages(connection, positions)
        self.values = {name: {value: int(mark, 2) for value, mark in found.items()} for name, found in marks.items()}
        self._searches: dict[str, int] = {}
        self._spending: dict[int, Spending] = {}

    def _read_conversations(
        self, connection: sqlite3.Connection, marks: dict[str, dict[str, bytearray]]
    ) -> dict[str, int]:
        """Mark what is said of each conversation itself; returns their places in the list."""
        runs = {run: (model, recipe) for run, model, recipe in connection.execute("select id, model, recipe from runs")}
        splits = dict(connection.execute("select seed_id, split from splits"))
        labels = dict(connection.execute("select conversation_id, label from labels order by id"))
        evidence = _evidence(connection)
        rows = connection.execute(_CONVERSATIONS).fetchall()
        self.size = len(rows)
        self.rowids = array("q", [row[0] for row in rows])
        self.totals: defaultdict[str, RunTotals] = defaultdict(RunTotals)
        self._runs_in_order = [row[2] for row in rows]
        self._written = array("q", [row[8] for row in rows])
        self._costs = array("d", [math.nan if row[10] is None else row[10] for row in rows])
        for position, (_, key, run, seed, status, rounds, language, prompt, completion, seconds, cost) in enumerate(
            rows
        ):
            model, stage = runs[run]
            totals = self.totals[run]
            totals.prompt_tokens += prompt
            totals.completion_tokens += completion
            totals.seconds += seconds
            if cost is not None:
                totals.cost = (totals.cost or 0.0) + cost
            for name, value in (
                ("status", status), ("evidence", evidence.get(key, NO_EVIDENCE)), ("stage", stage),
                ("language", language), ("rounds", str(rounds)), ("model", model), ("split", splits.get(seed)),
                ("label", labels.get(key)), ("run", run),
            ):  # fmt: skip
                if value:
                    self._marked(marks[name], value)[position] = _MARK
        return {row[1]: position for position, row in enumerate(rows)}

    def _read_reasons(self, connection: sqlite3.Connection, positions: dict[str, int]) -> None:
        for conversation_id, reason in connection.execute(_REASONS) if _has_evidence(connection) else ():
            self.totals[self._runs_in_order[positions[conversation_id]]].reasons[kind_of(reason)] += 1

    def _read_executions(
        self, connection: sqlite3.Connection, marks: dict[str, dict[str, bytearray]], positions: dict[str, int]
    ) -> None:
        query = "select conversation_id, verdict, error_class from executions"
        for conversation_id, verdict, error_class in connection.execute(query):
            position = positions[conversation_id]
            totals = self.totals[self._runs_in_order[position]]
            totals.verdicts[verdict] += 1
            self._marked(marks["verdict"], verdict)[position] = _MARK
            if error_class:
                totals.error_classes[error_class] += 1
                self._marked(marks["error_class"], error_class)[position] = _MARK
        for conversation_id, package in connection.execute("select conversation_id, package from packages"):
            self._marked(marks["package"], package)[positions[conversation_id]] = _MARK

    def _marked(self, marks: dict[str, bytearray], value: str) -> bytearray:
        if value not in marks:
            marks[value] = bytearray(b"0") * self.size
        return marks[value]

    def _read_messages(self, connection: sqlite3.Connection, positions: dict[str, int]) -> array[int]:
        """Place of the conversation of each message, by the message's id; `size` where there is no such message."""
        last = connection.execute("select coalesce(max(id), 0) from messages").fetchone()[0]
        places: array[int] = array("I", [self.size]) * (last + 1)
        query = "select conversation_id, group_concat(id) from messages group by conversation_id"  # one row, not many
        for conversation_id, ids in connection.execute(query):
            position = positions[conversation_id]
            for message_id in map(int, ids.split(",")):
                places[message_id] = position
        return places

    @property
    def everything(self) -> int:
        """The choice of all conversations."""
        return (1 << self.size) - 1

    def choose(self, wanted: Mapping[str, str], among: int | None = None) -> int:
        """Conversations with all these values of facets, out of a choice (all when None)."""
        chosen = self.everything if among is None else among
        for name, value in wanted.items():
            chosen &= self.values[name].get(value, 0)
        return chosen

    def search(self, connection: sqlite3.Connection, text: str) -> int:
        """Conversations in which a message holds all the words of a text; raises sqlite3.Error."""
        words = search_words(clean(text))
        if words not in self._searches:
            # one long text instead of a row for each message: a third of the time for a word that is everywhere
            query = "select group_concat(rowid) from messages_fts where messages_fts match ?"
            found = connection.execute(query, [words]).fetchone()[0] or ""
            marks = bytearray(b"0") * (self.size + 1)
            places, known = self._message_positions, len(self._message_positions)
            for message_id in map(int, found.split(",") if found else ()):
                if message_id < known:
                    marks[places[message_id]] = _MARK
            while len(self._searches) >= SEARCHES_KEPT:
                self._searches.pop(next(iter(self._searches)))
            self._searches[words] = int(marks, 2) >> 1
        return self._searches[words]

    def counts(self, name: str, chosen: int) -> list[tuple[str, int]]:
        """How many of a choice have each value of a facet; values that none has are left out, the most frequent first.

        Rounds are in their own order.
        """
        found = [(value, (bits & chosen).bit_count()) for value, bits in self.values[name].items()]
        found = [(value, count) for value, count in found if count]
        if name == "rounds":
            return sorted(found, key=lambda pair: int(pair[0]))
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def page(self, chosen: int, offset: int, limit: int) -> list[int]:
        """Row numbers of the conversations of a choice from the `offset`-th on, in the order of the list."""
        text, rowids, at = self._text(chosen), [], 0
        while (there := text.count("1", at, at + _STRIDE)) <= offset and at < self.size:
            offset -= there
            at += _STRIDE
        position = at - 1
        for number in range(offset + limit):
            position = text.find("1", position + 1)
            if position < 0:
                break
            if number >= offset:
                rowids.append(self.rowids[position])
        return rowids

    def neighbours(self, chosen: int, rowid: int) -> tuple[int | None, int | None, int]:
        """Row numbers of those before and after a conversation in a choice, and how many of it come before.

        Raises:
            ValueError: the index does not know the conversation.
        """
        text, position = self._text(chosen), self.rowids.index(rowid)
        before, after = text.rfind("1", 0, position), text.find("1", position + 1)
        return (
            self.rowids[before] if before >= 0 else None,
            self.rowids[after] if after >= 0 else None,
            text.count("1", 0, position),
        )

    def spending(self, chosen: int) -> Spending:
        """What the dialogues of a choice took."""
        if chosen not in self._spending:
            positions = [position for position, mark in enumerate(self._text(chosen)) if mark == "1"][::-1]
            paid = [0.0 if math.isnan(self._costs[position]) else self._costs[position] for position in positions]
            unpriced = sum(math.isnan(self._costs[one]) and self._written[one] > 0 for one in positions)
            unit: Literal["dollars", "tokens"] = "dollars" if any(paid) else "tokens"
            taken = paid if any(paid) else [float(self._written[position]) for position in positions]
            self._spending[chosen] = Spending(unit, tuple(self._periods(positions, taken)), unpriced)
        return self._spending[chosen]

    def _periods(self, positions: Sequence[int], taken: Sequence[float]) -> Iterator[Spent]:
        """Sums over parts of equally many dialogues."""
        accepted = self._text(self.choose({"status": "accepted"}))
        width = max(1, -(-len(positions) // PERIODS))
        for start in range(0, len(positions), width):
            part = range(start, min(start + width, len(positions)))
            useful = sum(taken[at] for at in part if accepted[positions[at]] == "1")
            yield Spent(useful, sum(taken[at] for at in part if accepted[positions[at]] != "1"))

    def relabel(self, rowid: int, label: str) -> None:
        """Put a label in the place of a conversation's present one; an empty one takes it away."""
        try:
            bit = 1 << (self.size - 1 - self.rowids.index(rowid))
        except ValueError:  # begun since; the next index has its label
            return
        labels = self.values["label"]
        for value in labels:
            labels[value] &= ~bit
        if label:
            labels[label] = labels.get(label, 0) | bit

    def _text(self, chosen: int) -> str:
        return format(chosen, f"0{self.size}b") if self.size else ""

    def rowids_of(self, chosen: int) -> Iterable[int]:
        """Row numbers of all conversations of a choice, in the order of the list."""
        text, position = self._text(chosen), -1
        while (position := text.find("1", position + 1)) >= 0:
            yield self.rowids[position]


def _has_evidence(connection: sqlite3.Connection) -> bool:
    """Whether the file has the table; one of an earlier aiev does not."""
    return bool(connection.execute("select 1 from sqlite_master where name = 'evidence'").fetchone())


def _evidence(connection: sqlite3.Connection) -> dict[str, str]:
    query = "select conversation_id, status from evidence"
    return dict(connection.execute(query).fetchall()) if _has_evidence(connection) else {}
