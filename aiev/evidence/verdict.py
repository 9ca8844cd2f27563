"""From evidence to acceptance: what holds a program back, and the evidence in one sentence.

Invariant: `verified` needs every piece that was asked for; what was not asked for (a knob at 0) holds nothing back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.evidence.agreement import FEWEST, needed
from aiev.store.reading.standing import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.evidence.settings import AcceptSettings
    from aiev.store.records import EvidenceRecord

VERIFIED, UNVERIFIED, CONTRADICTED = EVIDENCE
CONFIRMED, UNDETERMINED = "confirmed", "undetermined"


def status(evidence: EvidenceRecord, settings: AcceptSettings) -> str:
    """`verified`, `unverified` or `contradicted`."""
    if evidence.agreement == CONTRADICTED:
        return CONTRADICTED
    return UNVERIFIED if reasons(evidence, settings) else VERIFIED


def reasons(evidence: EvidenceRecord, settings: AcceptSettings) -> tuple[str, ...]:
    """What holds the program back, in words; empty when nothing does."""
    return tuple(_reasons(evidence, settings))


def agreed(agreeing: int, ran: int, settings: AcceptSettings) -> str:
    """`confirmed` if enough solutions agree; `undetermined` otherwise."""
    enough = agreeing >= min(FEWEST, settings.alternatives) and agreeing >= needed(settings.agreement, ran)
    return CONFIRMED if enough else UNDETERMINED


def sentence(evidence: EvidenceRecord) -> str:
    """The evidence in one line."""
    return f"{evidence.status}: " + ", ".join(_parts(evidence))


def _reasons(evidence: EvidenceRecord, settings: AcceptSettings) -> Iterator[str]:
    yield from evidence.detail.get("problem", ())
    if not evidence.stable:
        yield "two runs gave different values"
    if failed := evidence.detail.get("failed"):
        yield f"it fails {len(failed)} of the tests that it was first given"
    elif evidence.agreement == CONTRADICTED:
        yield "independent solutions contradict it"
    elif evidence.agreement == UNDETERMINED:
        yield f"{evidence.alternatives_agreeing} of {evidence.alternatives} independent solutions agree"
    if settings.mutants and not evidence.mutants and not evidence.agreement:
        yield "no mutant of the program could be tried, and no other solution was asked for"
    score = evidence.mutation_score
    if score is not None and score < settings.mutation_score:
        yield f"the tests find out {evidence.mutants_killed} of {evidence.mutants} mutants"


def _parts(evidence: EvidenceRecord) -> Iterator[str]:
    if evidence.mutants:
        left = evidence.detail.get("mutants_not_run")
        yield f"{evidence.mutants_killed} of {evidence.mutants} mutants killed" + (
            f" ({left} had no time)" if left else ""
        )
    if evidence.agreement:
        yield f"{evidence.alternatives_agreeing} of {evidence.alternatives} independent solutions agree"
    if evidence.lines:
        yield f"{evidence.lines_run} of {evidence.lines} lines run"
    changed, dropped = evidence.tests_changed, evidence.tests_dropped
    words = [f"{changed} changed"] * bool(changed) + [f"{dropped} dropped"] * bool(dropped)
    yield f"tests: {' and '.join(words)} by the arbiter" if words else "no test changed"
    if not evidence.stable:
        yield "unstable"
    if found := evidence.detail.get("counterexample"):
        yield f"{found['call']} gives {found['value']} where others give {found['others']}"
    yield from evidence.detail.get("problem", ())
