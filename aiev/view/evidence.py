"""The evidence of a conversation, and what the evidence of many comes to, in words: what terminal and pages both show.

Invariant: nothing here is safe to show yet; who shows it passes it through `safe`. A figure that was not measured is
left out, never shown as 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aiev.store.records import EvidenceRecord, EvidenceTest

TEST_COLUMNS = ("test", "from", "fate", "passed by")
MOST_REASONS = 8
"""Reasons in a line."""


@dataclass(frozen=True, slots=True)
class EvidenceWords:
    """The parts of a conversation's evidence."""

    status: str
    sentence: str
    figures: list[tuple[str, str]]
    reasons: list[str]
    """Why it is not verified."""
    counterexample: str
    """Empty without one."""
    arbitrations: list[str]
    """What the arbiter said of disputed tests, one after another."""
    survivors: list[str]
    """Changes of the program that no test notices."""
    failed: list[str]
    """Tests that the program was first given and does not pass."""
    tests: list[tuple[str, str, str, str]]
    """In the order of `TEST_COLUMNS`."""


def evidence_words(evidence: EvidenceRecord) -> EvidenceWords:
    """The evidence of a conversation in words."""
    detail = evidence.detail
    reasons = [*map(str, detail.get("reasons", []))]
    faults = [f"problem: {fault}" for fault in detail.get("problem", []) if fault not in reasons]
    return EvidenceWords(
        status=evidence.status,
        sentence=evidence.sentence,
        figures=[*_figures(evidence)],
        reasons=[*reasons, *faults],
        counterexample=_counterexample(detail.get("counterexample") or {}),
        arbitrations=[*map(_arbitration, detail.get("arbitrations", []))],
        survivors=[_mutant(one) for one in detail.get("mutants", []) if not one.get("killed")],
        failed=[*map(str, detail.get("failed", []))],
        tests=[*map(_test, evidence.tests)],
    )


def counts_line(counts: Mapping[str, Mapping[str, int]]) -> str:
    """`7 of 8 accepted are verified; 2 unverified, 1 contradicted`; empty where nothing has evidence.

    Args:
        counts: `EvidenceCounts.as_dict`.
    """
    statuses = counts["statuses"]
    if not statuses:
        return ""
    verified, accepted = counts["accepted"].get("verified", 0), sum(counts["accepted"].values())
    others = [f"{statuses[name]} {name}" for name in ("unverified", "contradicted") if statuses.get(name)]
    return f"{verified} of {accepted} accepted are verified" + (f"; {', '.join(others)}" if others else "")


def reasons_line(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Why dialogues are not verified, each with its count, the most frequent first; empty without a reason."""
    found = [f"{number}× {reason}" for reason, number in counts["reasons"].items()]
    more = f" and {len(found) - MOST_REASONS} more" if len(found) > MOST_REASONS else ""
    return "; ".join(found[:MOST_REASONS]) + more


def _figures(evidence: EvidenceRecord) -> Iterator[tuple[str, str]]:
    yield "of round", str(evidence.round)
    for name, part, whole in (
        ("mutants killed", evidence.mutants_killed, evidence.mutants),
        ("lines run", evidence.lines_run, evidence.lines),
        ("branches taken", evidence.branches_run, evidence.branches),
    ):
        if whole is not None:
            yield name, f"{part or 0} of {whole}"
    if evidence.agreement:
        counts = f"{evidence.alternatives_agreeing} of {evidence.alternatives}"
        yield "independent solutions", f"{evidence.agreement}: {counts} agree"
    if evidence.suites:
        yield "independent tests passed", f"{evidence.suites_passed} of {evidence.suites}"
    counted = {name: getattr(evidence, f"tests_{name}") for name in ("kept", "changed", "dropped", "added")}
    yield "tests", ", ".join(f"{count} {name}" for name, count in counted.items())
    yield "two runs", "gave the same values" if evidence.stable else "gave different values"


def _counterexample(found: Mapping[str, Any]) -> str:
    if not found:
        return ""
    agreeing = found.get("agreeing", 0)
    others = f"{agreeing} independent solution{'' if agreeing == 1 else 's'}"
    return f"{found.get('call')} gives {found.get('value')}; {others}: {found.get('others')}"


def _arbitration(one: Mapping[str, Any]) -> str:
    answers = ", ".join(map(str, one.get("answers", [])))
    expected, proposed = one.get("expected"), one.get("proposed")
    return (
        f"round {one.get('round')}: {one.get('call')} was {expected}, proposed {proposed}; the arbiter says {answers}: "
        f"{one.get('outcome')}"
    )


def _mutant(one: Mapping[str, Any]) -> str:
    return f"line {one.get('line')}, {one.get('kind')}: {one.get('before')} → {one.get('after')}"


def _test(test: EvidenceTest) -> tuple[str, str, str, str]:
    return test.source, test.origin, test.fate, f"{test.passed} of {test.programs}"
