"""An evaluation: one model on one set of problems, with every sample.

Invariant: the id of an evaluation is a hash over model, problems, sampling, prompts, limits and image, so the same
evaluation is made once and found again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from aiev.errors import ConfigError
from aiev.store.clock import now
from aiev.store.student_records import EvaluationRecord, SampleRecord
from aiev.student.passk import mean_pass_at_k
from aiev.student.problems import problems_hash
from aiev_agents.roles.prompting import load_prompt
from aiev_interpreter.protocol import Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aiev.student.context import EvaluationContext
    from aiev.student.problems import Problem
    from aiev.student.settings import GateSettings


REFUSED = "rejected"
"""Verdict that versions before 0.3 gave to a request which the endpoint refused."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A record with its samples."""

    record: EvaluationRecord
    samples: list[SampleRecord]
    refused: Mapping[str, str] = field(default_factory=dict)
    """Problems that now lack samples, because the endpoint refused or gave up the request, and its words."""

    @property
    def missing(self) -> int:
        """Samples that there are no replies for; the scores are then those of the other problems."""
        return self.record.items * self.record.samples - len(self.samples)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready: the record, the number of samples by verdict, and what is missing."""
        verdicts = dict(Counter(sample.verdict for sample in self.samples))
        return asdict(self.record) | {"verdicts": verdicts, "missing": self.missing, "refused": dict(self.refused)}


def answered(samples: Iterable[SampleRecord]) -> list[SampleRecord]:
    """Samples that a reply stands behind; until 0.3 a refused request was a sample, too."""
    return [sample for sample in samples if sample.verdict != REFUSED]


def check_samples(gate: GateSettings) -> None:
    """Refuse settings that do not fit each other.

    Raises:
        ConfigError: `gate.k` or `gate.temperature` does not fit `gate.samples`.
    """
    if too_many := [k for k in gate.k if not 1 <= k <= gate.samples]:
        raise ConfigError(f"gate.k = {too_many[0]}: pass@k needs 1 <= k <= gate.samples = {gate.samples}")
    if gate.samples > 1 and gate.temperature == 0:
        raise ConfigError(
            f"gate.samples = {gate.samples}: all samples are the same at gate.temperature = 0; set it to 0.2"
        )


def evaluation_record(
    context: EvaluationContext, problems: Sequence[Problem], *, subject: str, benchmark: str, round_number: int
) -> EvaluationRecord:
    """The record of an evaluation that begins now; its id depends on neither the time nor the round."""
    settings, gate, model, interpreter = context.settings, context.settings.gate, context.model, context.interpreter
    prompts = {problem.language: load_prompt("programmer/solve", problem.language).hash for problem in problems}
    config: dict[str, Any] = {
        "temperature": gate.temperature,
        "top_p": gate.top_p,
        "max_tokens": gate.max_tokens,
        "seed": settings.run.seed,
        "constraint": settings.programmer.constraint,
        "prompts": prompts,
        "limits": asdict(Limits.of(settings.interpreter, settings.install)),
    }
    if settings.model.decoding:
        config["beside"] = settings.model.decoding
    items_hash = problems_hash(problems)
    shaped_by = [model.name, subject, benchmark, items_hash, gate.samples, config, interpreter.image]
    return EvaluationRecord(
        id=hashlib.sha256(json.dumps(shaped_by, sort_keys=True).encode()).hexdigest()[:16],
        subject=subject,
        benchmark=benchmark,
        round=round_number,
        model=model.name,
        items_hash=items_hash,
        items=len(problems),
        samples=gate.samples,
        config=config,
        interpreter=interpreter.name,
        image=interpreter.image,
        started_at=now(),
    )


def evaluation_owner(record: EvaluationRecord) -> str:
    """What the journal names in place of a conversation, and batches name in place of a run."""
    return f"evaluation:{record.id}"


def passed_by_item(samples: Iterable[SampleRecord]) -> dict[str, tuple[int, int]]:
    """For each problem the number of samples, and how many of them passed."""
    counts: dict[str, tuple[int, int]] = {}
    for sample in samples:
        drawn, passed = counts.get(sample.item, (0, 0))
        counts[sample.item] = (drawn + 1, passed + sample.passed)
    return counts


def pass_at_k_of(samples: Iterable[SampleRecord], ks: Iterable[int], *, drawn: int) -> dict[str, float]:
    """pass@k over the problems with `drawn` samples, for each k and for 1, by the name of k; nothing without any."""
    counts = [count for count in passed_by_item(samples).values() if count[0] == drawn]
    return {str(k): mean_pass_at_k(counts, k) for k in sorted({1, *ks})} if counts else {}
