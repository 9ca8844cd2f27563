"""Conversations, runs and rounds of a loop as plain data: what `--json` prints, and what the web pages answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiev.store.reading.dialogues import DialogueReader
from aiev.store.reading.evidence import EvidenceReader
from aiev.store.reading.runs import RunReader
from aiev.view.amounts import histogram
from aiev.view.figures import RunFigures, figures

if TYPE_CHECKING:
    from aiev.store.reading.conversations import ConversationReader
    from aiev.store.reading.read_only import ReadOnly
    from aiev.store.reading.student import StudentReader
    from aiev.store.records import ConversationRecord, RunRecord

_PARTS = ("train", "test", "held")


def conversation_document(conversation: ConversationRecord, reader: ConversationReader) -> dict[str, Any]:
    """A conversation with its seed, run, messages, executions and evidence (null without any)."""
    evidence = EvidenceReader(reader.db).evidence(conversation.id)
    return asdict(conversation) | {
        "seed": asdict(reader.seed(conversation.seed_id)),
        "run": asdict(RunReader(reader.db).run(conversation.run_id)),
        "executions": [asdict(execution) for execution in reader.executions(conversation.id)],
        "evidence": asdict(evidence) if evidence else None,
    }


def run_documents(reader: RunReader) -> list[dict[str, Any]]:
    """Runs with their counts; `rounds` counts accepted conversations by the rounds that they took."""
    return [_run(run, reader) for run in reader.runs()]


def detailed_run_documents(db: ReadOnly) -> list[dict[str, Any]]:
    """`run_documents` with `RunFigures.as_dict` of each run under `figures`."""
    found = figures(DialogueReader(db))
    return [row | {"figures": found.get(row["id"], RunFigures()).as_dict()} for row in run_documents(RunReader(db))]


def round_documents(reader: StudentReader) -> list[dict[str, Any]]:
    """The rounds of a loop with their items, training and decision."""
    gates = {gate.round: asdict(gate) for gate in reversed(reader.gates())}
    trainings = {one.round: asdict(one) for one in reversed(reader.trainings())}
    items = reader.round_items()
    return [
        asdict(one)
        | {
            "items": {part: sum(i.part == part and i.round <= one.number for i in items) for part in _PARTS},
            "training": trainings.get(one.number),
            "gate": gates.get(one.number),
        }
        for one in reader.rounds()
    ]


def _run(run: RunRecord, reader: RunReader) -> dict[str, Any]:
    counts, spent = reader.counts(run.id), reader.spent(run.id)
    accepted = counts.statuses["accepted"]
    cost = spent.cost if spent.requests and not spent.unpriced else None
    return {
        **{name: getattr(run, name) for name in ("id", "recipe", "model", "interpreter", "image", "started_at")},
        "ended": counts.statuses.total() - counts.statuses["running"],
        "statuses": dict(counts.statuses),
        "evidence": EvidenceReader(reader.db).counts(run.id).as_dict(),
        "rounds": dict(counts.rounds),
        "rounds_text": histogram(counts.rounds),
        "verdicts": dict(counts.verdicts),
        "verdicts_text": histogram(counts.verdicts),
        "tokens": counts.completion_tokens,
        "tokens_read": {"all": spent.read, "cached": spent.cached},
        "tokens_written": {"all": spent.written, "thoughts": spent.thought},
        "seconds": counts.seconds,
        "cost": {
            "so_far": cost,
            "per_accepted": cost / accepted if cost is not None and accepted else None,
            "known_part": spent.cost,
            "replies_without_price": spent.unpriced,
        },
        "starts": [
            {"at": start.started_at, "ended": start.ended_at, "outcome": start.outcome, "reason": start.reason}
            for start in reader.starts(run.id)
        ],
    }
