"""The result of one execution, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.view.safe import safe

if TYPE_CHECKING:
    from aiev.run.execute_once import Executed
    from aiev.store.records import EvidenceRecord


def execution_text(executed: Executed) -> str:
    """Verdict, cost and output of an execution, and the evidence in one line."""
    result, evidence = executed.result, executed.evidence
    head = (
        f"{result.verdict}: {result.detail} ({result.backend}, {result.wall_seconds:.2f} s, "
        f"{result.peak_memory_bytes / 1e6:.0f} MB)"
    )
    found = (evidence.sentence, *_further(evidence)) if evidence else ()
    return "\n".join(
        part for part in (head, *map(safe, found), safe(result.stdout.rstrip()), safe(result.stderr.rstrip())) if part
    )


def _further(evidence: EvidenceRecord) -> list[str]:
    """The reasons that the sentence does not say already."""
    return [reason for reason in evidence.detail["reasons"] if reason not in evidence.sentence]
