"""The gate: does the student solve the test problems better than the teacher?

Both are evaluated on the same problems, so they are compared problem by problem. A problem counts for the model that
solved it with a larger share of its samples; problems that both solved alike count for neither. Under the hypothesis
that neither is better, each of the others falls to either side like a coin: McNemar's exact test (with several samples
a problem, the sign test, which is the same computation). The interval around the difference of pass@1 comes from
resampling problems.

Invariants: `decide` is a pure function, so the same scores and settings give the same decision and evidence on every
machine; the gate opens only when the student's pass@1 is strictly higher; samples of one problem are never treated as
independent observations. Not covered: where the scores come from, and whether the problems' own tests are good.

Sources: Q. McNemar, Psychometrika 12 (1947); B. Efron, Annals of Statistics 7 (1979), percentile bootstrap; AutoCoder,
arXiv 2405.14906, section 2.2: the student takes over when its pass@1 on the test set is higher (`Rule.PLAIN`).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from math import comb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Rule(StrEnum):
    """What the student must show."""

    PAIRED = "paired"
    """A higher pass@1, and a one-sided p-value of McNemar's exact test of at most alpha."""
    PLAIN = "plain"
    """A higher pass@1, as in the paper."""


class Reason(StrEnum):
    """Why the gate is open or shut; the first that applies."""

    TOO_FEW_ITEMS = "too_few_items"
    NOT_HIGHER = "not_higher"
    NOT_SIGNIFICANT = "not_significant"
    STUDENT_BETTER = "student_better"


@dataclass(frozen=True, slots=True)
class Score:
    """Result of one model on one problem."""

    item: str
    passed: int
    """Samples that passed the problem's own tests."""
    samples: int

    @property
    def share(self) -> float:
        """pass@1 on this problem, 0 to 1."""
        return self.passed / self.samples


@dataclass(frozen=True, slots=True)
class GateRules:
    """Settings of the comparison."""

    rule: Rule = Rule.PAIRED
    alpha: float = 0.05
    """Largest p-value (one-sided) at which the student counts as better."""
    min_items: int = 50
    """With fewer problems the gate stays shut."""
    confidence: float = 0.95
    """Of the bootstrap interval."""
    resamples: int = 5000
    seed: int = 0
    """Of the resampling."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the decision rests on."""

    items: int
    teacher_pass_at_1: float
    student_pass_at_1: float
    teacher_only: int
    """Problems that the teacher solved with the larger share of its samples."""
    student_only: int
    alike: int
    p_value: float
    """One-sided: the chance of so many or more problems for the student if neither model were better."""
    p_value_two_sided: float
    difference: float
    """pass@1 of the student minus that of the teacher."""
    low: float
    """Lower end of the bootstrap interval of the difference."""
    high: float


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the student takes over, and why."""

    opens: bool
    reason: Reason
    evidence: Evidence
    rules: GateRules

    @property
    def sentence(self) -> str:
        """The decision in words, with its figures."""
        found, rules = self.evidence, self.rules
        scores = f"student {found.student_pass_at_1:.3f}, teacher {found.teacher_pass_at_1:.3f} pass@1"
        match self.reason:
            case Reason.TOO_FEW_ITEMS:
                return f"shut: {found.items} problems are fewer than {rules.min_items}; {scores}"
            case Reason.NOT_HIGHER:
                return f"shut: the student is not better; {scores} on {found.items} problems"
            case Reason.NOT_SIGNIFICANT:
                return f"shut: better, but it may be chance (p = {found.p_value:.4f} > {rules.alpha:g}); {scores}"
            case Reason.STUDENT_BETTER:
                return f"open: {scores} on {found.items} problems, p = {found.p_value:.2g}"


def decide(teacher: Sequence[Score], student: Sequence[Score], rules: GateRules | None = None) -> Decision:
    """Compare two models on the same problems.

    Args:
        teacher: one score for each problem, in any order.
        student: likewise, for the same problems.
        rules: `GateRules()` when None.

    Raises:
        ValueError: the two lists are not about the same problems, one names a problem twice, or a score is impossible.
    """
    rules = rules or GateRules()
    pairs = _paired(teacher, student)
    evidence = _evidence(pairs, rules)
    reason = _reason(evidence, rules)
    return Decision(opens=reason is Reason.STUDENT_BETTER, reason=reason, evidence=evidence, rules=rules)


def mcnemar_p(for_student: int, for_teacher: int) -> float:
    """One-sided exact p-value: P(X >= for_student) with X ~ Binomial(for_student + for_teacher, 1/2)."""
    trials = for_student + for_teacher
    return sum(comb(trials, wins) for wins in range(for_student, trials + 1)) / (1 << trials)


def mcnemar_p_two_sided(for_student: int, for_teacher: int) -> float:
    """Two-sided exact p-value: twice the smaller tail, 1 at most."""
    return min(1.0, 2.0 * mcnemar_p(max(for_student, for_teacher), min(for_student, for_teacher)))


def bootstrap_interval(
    differences: Sequence[float], *, confidence: float, resamples: int, seed: int
) -> tuple[float, float]:
    """Percentile interval of the mean under resampling with replacement; (0.0, 0.0) without differences."""
    if not differences:
        return 0.0, 0.0
    draws = random.Random(seed)  # noqa: S311 - a statistic, not a secret
    count = len(differences)
    means = sorted(sum(draws.choices(differences, k=count)) / count for _ in range(resamples))
    tail = int(resamples * (1.0 - confidence) / 2.0)
    return means[tail], means[resamples - 1 - tail]


def _paired(teacher: Sequence[Score], student: Sequence[Score]) -> list[tuple[Score, Score]]:
    by_item = [{score.item: score for score in scores} for scores in (teacher, student)]
    for scores, items in zip((teacher, student), by_item, strict=True):
        if len(items) != len(scores):
            raise ValueError("a problem is scored twice for one model")
        for score in scores:
            if not 0 <= score.passed <= score.samples or score.samples < 1:
                raise ValueError(f"problem {score.item}: {score.passed} of {score.samples} samples cannot have passed")
    if by_item[0].keys() != by_item[1].keys():
        name = min(by_item[0].keys() ^ by_item[1].keys())
        raise ValueError(f"teacher and student were evaluated on different problems: only one has {name}")
    return [(by_item[0][item], by_item[1][item]) for item in sorted(by_item[0])]


def _evidence(pairs: Sequence[tuple[Score, Score]], rules: GateRules) -> Evidence:
    count = len(pairs)
    differences = [student.share - teacher.share for teacher, student in pairs]
    for_student = sum(_lead(student, teacher) > 0 for teacher, student in pairs)
    for_teacher = sum(_lead(student, teacher) < 0 for teacher, student in pairs)
    low, high = bootstrap_interval(differences, confidence=rules.confidence, resamples=rules.resamples, seed=rules.seed)
    teacher_mean = _mean([teacher.share for teacher, _ in pairs])
    student_mean = _mean([student.share for _, student in pairs])
    return Evidence(
        items=count,
        teacher_pass_at_1=teacher_mean,
        student_pass_at_1=student_mean,
        teacher_only=for_teacher,
        student_only=for_student,
        alike=count - for_student - for_teacher,
        p_value=mcnemar_p(for_student, for_teacher),
        p_value_two_sided=mcnemar_p_two_sided(for_student, for_teacher),
        difference=student_mean - teacher_mean,
        low=low,
        high=high,
    )


def _lead(one: Score, other: Score) -> int:
    """Sign of the difference of two shares, in whole numbers: no rounding decides."""
    return one.passed * other.samples - other.passed * one.samples


def _mean(shares: Sequence[float]) -> float:
    return sum(shares) / len(shares) if shares else 0.0


def _reason(evidence: Evidence, rules: GateRules) -> Reason:
    if evidence.items < rules.min_items:
        return Reason.TOO_FEW_ITEMS
    if evidence.student_pass_at_1 <= evidence.teacher_pass_at_1:
        return Reason.NOT_HIGHER
    if rules.rule is Rule.PAIRED and evidence.p_value > rules.alpha:
        return Reason.NOT_SIGNIFICANT
    return Reason.STUDENT_BETTER
