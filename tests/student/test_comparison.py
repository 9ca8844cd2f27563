import random

import pytest

from aiev.student.comparison import (
    GateRules,
    Reason,
    Rule,
    Score,
    bootstrap_interval,
    decide,
    mcnemar_p,
    mcnemar_p_two_sided,
)


def scores(outcomes, samples=1):
    return [Score(f"i{number:04}", passed, samples) for number, passed in enumerate(outcomes)]


def compared(student_only, teacher_only, both=0, neither=0, **rules):
    """Problems with one sample each."""
    teacher = [0] * student_only + [1] * teacher_only + [1] * both + [0] * neither
    student = [1] * student_only + [0] * teacher_only + [1] * both + [0] * neither
    return decide(scores(teacher), scores(student), GateRules(**{"min_items": 1, **rules}))


@pytest.mark.parametrize(
    ("student", "teacher", "one_sided", "two_sided"),
    [
        (0, 0, 1.0, 1.0),
        (1, 0, 1 / 2, 1.0),
        (5, 0, 1 / 32, 1 / 16),
        (10, 0, 1 / 1024, 2 / 1024),
        (9, 1, 11 / 1024, 22 / 1024),
        (8, 2, 56 / 1024, 112 / 1024),
        (2, 8, 1013 / 1024, 112 / 1024),
        (3, 3, 42 / 64, 1.0),
    ],
)
def test_exact_p_values_by_hand(student, teacher, one_sided, two_sided):
    assert mcnemar_p(student, teacher) == pytest.approx(one_sided)
    assert mcnemar_p_two_sided(student, teacher) == pytest.approx(two_sided)


def test_p_values_stay_exact_for_thousands_of_problems():
    assert mcnemar_p(3000, 0) == pytest.approx(0.5**1000 * 0.5**1000 * 0.5**1000, abs=1e-300)
    assert 0.49 < mcnemar_p(2000, 2000) - 0.5 * 0.0126 < 0.51


def test_both_tails_and_the_middle_add_up_to_one():
    for student in range(12):
        for teacher in range(12):
            upper, lower = mcnemar_p(student, teacher), mcnemar_p(teacher + 1, student - 1) if student else 0.0
            assert upper + lower == pytest.approx(1.0)


def test_a_clear_lead_opens_the_gate_with_its_evidence():
    decision = compared(10, 0, both=5, neither=5)
    found = decision.evidence
    assert (decision.opens, decision.reason) == (True, Reason.STUDENT_BETTER)
    assert (found.items, found.student_only, found.teacher_only, found.alike) == (20, 10, 0, 10)
    assert (found.teacher_pass_at_1, found.student_pass_at_1, found.difference) == (0.25, 0.75, 0.5)
    assert found.p_value == pytest.approx(1 / 1024)
    assert 0.0 < found.low < 0.5 < found.high < 1.0
    assert decision.sentence.startswith("open: student 0.750, teacher 0.250 pass@1 on 20 problems")


def test_a_lead_that_may_be_chance_opens_by_the_papers_rule_alone():
    assert compared(8, 2).reason is Reason.NOT_SIGNIFICANT
    assert not compared(8, 2).opens
    assert compared(8, 2, rule=Rule.PLAIN).opens
    assert compared(8, 2, alpha=0.06).opens


@pytest.mark.parametrize("rule", list(Rule))
@pytest.mark.parametrize(("student", "teacher"), [(0, 0), (5, 5), (0, 40), (3, 4)])
def test_a_student_that_is_not_strictly_better_stays_outside(rule, student, teacher):
    decision = compared(student, teacher, both=30, rule=rule)
    assert (decision.opens, decision.reason) == (False, Reason.NOT_HIGHER)


@pytest.mark.parametrize("rule", list(Rule))
def test_too_few_problems_decide_nothing_however_clear(rule):
    assert compared(30, 0, min_items=31, rule=rule).reason is Reason.TOO_FEW_ITEMS
    assert compared(30, 0, min_items=30, rule=rule).opens
    assert decide([], [], GateRules(min_items=1, rule=rule)).reason is Reason.TOO_FEW_ITEMS


def test_problems_that_both_solve_alike_move_neither_p_value():
    alone, among = compared(9, 1), compared(9, 1, both=500, neither=500)
    assert alone.evidence.p_value == among.evidence.p_value


def test_several_samples_count_each_problem_once():
    teacher = [Score("a", 3, 10), Score("b", 0, 10), Score("c", 5, 10)]
    student = [Score("a", 7, 10), Score("b", 0, 4), Score("c", 2, 4)]
    found = decide(teacher, student, GateRules(min_items=1)).evidence
    assert (found.student_only, found.teacher_only, found.alike) == (1, 0, 2)
    assert found.p_value == 0.5


def test_many_small_leads_do_not_outweigh_a_lower_pass_at_1():
    teacher = scores([10] + [4] * 9, samples=10)
    student = scores([0] + [5] * 9, samples=10)
    decision = decide(teacher, student, GateRules(min_items=1))
    assert decision.evidence.p_value == pytest.approx(11 / 1024)
    assert decision.reason is Reason.NOT_HIGHER


@pytest.mark.parametrize("seed", range(20))
def test_properties_hold_for_random_scores(seed):
    draw = random.Random(seed)
    samples, count = draw.randint(1, 5), draw.randint(1, 60)
    teacher = scores([draw.randint(0, samples) for _ in range(count)], samples)
    student = scores([draw.randint(0, samples) for _ in range(count)], samples)
    rules = GateRules(min_items=1, resamples=200, alpha=draw.choice([0.01, 0.05, 0.5]))
    there, back = decide(teacher, student, rules), decide(student, teacher, rules)
    assert there == decide(draw.sample(teacher, count), draw.sample(student, count), rules)
    assert not (there.opens and back.opens)
    assert there.evidence.p_value_two_sided == back.evidence.p_value_two_sided
    assert there.evidence.difference == pytest.approx(-back.evidence.difference)
    assert there.evidence.low <= there.evidence.high
    if there.opens:
        assert there.evidence.student_pass_at_1 > there.evidence.teacher_pass_at_1
        assert there.evidence.p_value <= rules.alpha


def test_under_equal_skill_the_gate_opens_no_more_often_than_alpha():
    draw = random.Random(7)
    rules = GateRules(min_items=1, resamples=2)
    opened = sum(
        decide(
            scores([draw.random() < 0.4 for _ in range(60)]), scores([draw.random() < 0.4 for _ in range(60)]), rules
        ).opens
        for _ in range(1000)
    )
    assert opened <= 0.065 * 1000


def test_the_interval_is_seeded_and_narrows_with_more_problems():
    few, many = [1.0, 0.0, 0.0, -1.0] * 5, [1.0, 0.0, 0.0, -1.0] * 200
    interval = bootstrap_interval(few, confidence=0.95, resamples=500, seed=3)
    assert interval == bootstrap_interval(few, confidence=0.95, resamples=500, seed=3)
    assert interval != bootstrap_interval(few, confidence=0.95, resamples=500, seed=4)
    narrow = bootstrap_interval(many, confidence=0.95, resamples=500, seed=3)
    assert narrow[1] - narrow[0] < interval[1] - interval[0]
    # Normal approximation for 800 problems: 0 +- 1.96 * sqrt(0.5 / 800) = 0.049.
    assert narrow == pytest.approx((-0.049, 0.049), abs=0.012)


@pytest.mark.parametrize(
    ("teacher", "student", "words"),
    [
        ([Score("a", 1, 1)], [Score("b", 1, 1)], "were evaluated on different problems: only one has a"),
        ([Score("a", 1, 1)], [], "were evaluated on different problems"),
        ([Score("a", 1, 1)] * 2, [Score("a", 1, 1)], "scored twice"),
        ([Score("a", 2, 1)], [Score("a", 1, 1)], "problem a: 2 of 1 samples"),
        ([Score("a", 0, 0)], [Score("a", 1, 1)], "problem a: 0 of 0 samples"),
    ],
)
def test_scores_that_cannot_be_compared_are_refused(teacher, student, words):
    with pytest.raises(ValueError, match=words):
        decide(teacher, student)
