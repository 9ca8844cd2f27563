import pytest
from precision.counting import Share
from precision.known_dialogues import RIGHT, RIGHT_FAILED, WRONG, WRONG_FAILED
from precision.pieces import PIECES, choose, curve, verified


def found(killed, agreeing, **more):
    return {"mutants_killed": killed, "mutants": 10, "alternatives_agreeing": agreeing, "alternatives": 4} | more


@pytest.fixture
def dialogues(talk):
    return [
        talk("HumanEval/1", RIGHT, evidence=found(9, 4)),
        talk("HumanEval/2", RIGHT, evidence=found(8, 3)),
        talk("HumanEval/3", WRONG, evidence=found(8, 1)),
        talk("HumanEval/4", WRONG, evidence=found(2, 3)),
        talk("HumanEval/5", RIGHT_FAILED, WRONG_FAILED, status="discarded"),
        talk("MBPP/1", WRONG, evidence=found(10, 4)),
    ]


def test_a_curve_keeps_less_at_each_threshold(dialogues):
    points = curve(dialogues[:5], "mutation score")
    assert [point.threshold for point in points] == [0.2, 0.8, 0.9]
    assert [point.score.precision for point in points] == [Share(2, 4), Share(2, 3), Share(1, 1)]
    assert [point.score.recall for point in points] == [Share(2, 3), Share(2, 3), Share(1, 3)]


def test_what_was_not_measured_or_did_not_pass_is_kept_by_no_piece(talk):
    listed = [
        talk("HumanEval/1", RIGHT, evidence={"mutants": None, "mutants_killed": None}),
        talk("HumanEval/2", WRONG_FAILED, evidence=found(9, 4)),
        talk("HumanEval/3", RIGHT),
    ]
    assert curve(listed[::2], "mutation score") == []
    assert curve(listed, "agreement")[0].score.precision == Share(1, 1)


def test_every_piece_is_a_share(talk):
    measured = {"lines_run": 3, "lines": 4, "suites_passed": 1, "suites": 2, "tests_dropped": 1, "stable": False}
    (one,) = [talk("HumanEval/1", RIGHT, evidence=found(9, 4, **measured))]
    assert {name: piece(one.evidence) for name, piece in PIECES.items()} == {
        "mutation score": 0.9,
        "agreement": 1.0,
        "independent tests": 0.5,
        "no test changed": 0.0,
        "stable": 0.0,
        "coverage of lines": 0.75,
    }


def test_thresholds_are_chosen_on_one_set_for_recall_where_precision_is_had(dialogues):
    chosen = choose(dialogues)
    assert (chosen.mutation_score, chosen.agreement) == (0.8, 0.75)
    assert (chosen.tuned.precision, chosen.tuned.recall) == (Share(2, 2), Share(2, 3))


def test_where_precision_cannot_be_had_the_best_with_enough_recall_is_taken(talk):
    same = found(5, 2)
    listed = [talk(f"HumanEval/{number}", RIGHT, evidence=same) for number in range(3)]
    listed.append(talk("HumanEval/8", WRONG, evidence=same))
    listed.append(talk("HumanEval/9", WRONG, evidence=found(1, 2)))
    chosen = choose(listed)
    assert (chosen.mutation_score, chosen.agreement) == (0.5, 0.0)
    assert (chosen.tuned.precision, chosen.tuned.recall) == (Share(3, 4), Share(3, 3))
    assert choose([talk("MBPP/1", RIGHT, evidence=same)]) is None


@pytest.mark.parametrize(
    ("evidence", "kept"),
    [
        (found(5, 2), True),
        (found(0, 2, mutants=0), True),
        (found(4, 2), False),
        (found(5, 1), False),
        (found(9, 4, stable=False), False),
        (found(9, 4, agreement="contradicted"), False),
        (found(9, 4, detail={"problem": ["it names no function"]}), False),
    ],
)
def test_a_dialogue_is_verified_by_everything_that_holds_the_policy_back(talk, evidence, kept):
    assert verified(0.5, 0.5, talk("HumanEval/1", RIGHT, evidence=evidence)) is kept
    assert not verified(0.5, 0.5, talk("HumanEval/1", RIGHT))
