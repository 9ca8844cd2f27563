"""What the evidence of a dataset's dialogues says, as the values that a card counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiev.store.reading.dialogues import DialogueRecord

_BINS = ((0.5, "below 0.5"), (0.7, "0.5 to 0.7"), (0.9, "0.7 to 0.9"), (1.0, "0.9 to 1"))
"""Upper ends, which are no part of a bin, with their names."""
_UNKNOWN = "not measured"
_MANY = 3


def evidence_values(record: DialogueRecord) -> dict[str, str]:
    """Status, mutation score, agreement and changed tests of a dialogue, by the name of the figure."""
    found = record.evidence
    if found is None:
        return {"evidence": record.evidence_status}
    return {
        "evidence": found.status,
        "mutation score": _binned(found.mutation_score),
        "agreement": f"{found.agreement}, {_binned(found.agreement_share)}" if found.agreement else "not asked for",
        "tests changed or dropped": _number(found.tests_changed + found.tests_dropped),
    }


def _binned(share: float | None) -> str:
    if share is None:
        return _UNKNOWN
    return next((name for limit, name in _BINS if share < limit), "1")


def _number(count: int) -> str:
    return str(count) if count < _MANY else f"{_MANY} and more"
