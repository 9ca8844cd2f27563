import pytest
from precision.counting import Repairs, Share, repairs, score
from precision.outcomes import Spent, read_dialogues, sound
from precision.report import accepted, by_policy, markdown, parts


def test_the_figures_of_a_known_database(db, oracle):
    dialogues = read_dialogues(db, oracle)
    tests = parts(by_policy(dialogues)["tests"])
    human, both = (score(tests[name], accepted) for name in ("HumanEval", "both"))
    assert (human.precision, human.recall) == (Share(2, 3), Share(2, 4))
    assert (both.precision, both.recall) == (Share(2, 4), Share(2, 4))
    assert repairs(tests["both"]) == Repairs(3, mended=1, broken=1, at_once=3, lost=1)


def test_what_runs_or_has_a_faulty_problem_is_counted_apart(db, oracle):
    dialogues = read_dialogues(db, oracle)
    counted = {one.name for one in sound(dialogues) if one.policy == "tests"}
    assert counted == {"MBPP/1", *(f"HumanEval/{number}" for number in range(1, 6))}
    text = markdown(dialogues)
    assert "counted apart, since the benchmark is at fault: MBPP/9" in text
    assert "tests: 1 dialogues are running and not counted" in text
    assert "tests: 2 of 2 wrong acceptances rest on a single assertion" in text


def test_a_policy_is_its_newest_run(db, oracle):
    (one,) = [one for one in read_dialogues(db, oracle) if (one.policy, one.name) == ("tests", "HumanEval/1")]
    assert one.accepted


def test_a_reply_that_another_policy_paid_for_counts_for_each(db, oracle):
    found = {one.policy: one for one in read_dialogues(db, oracle) if one.name == "HumanEval/1"}
    assert found["tests"].spent == Spent(100, 40, 10, 2)
    share = 460 / 230  # half of its tokens were paid for by others, and no message shows them
    assert found["verified"].spent == Spent(400, pytest.approx(140 * share), 60, pytest.approx(6 * share))
    assert found["verified"].by_purpose == {
        "programmer/solve": Spent(100, 40, 10, 2),
        "programmer/alternative": Spent(100, 100, 20, 4),
    }


def test_evidence_belongs_to_its_dialogue(db, oracle):
    with_evidence = [one for one in read_dialogues(db, oracle) if one.evidence]
    assert [(one.policy, one.evidence.mutants_killed) for one in with_evidence] == [("verified", 9)]


def test_without_hidden_tests_the_programs_are_there_and_none_is_right(db):
    dialogues = read_dialogues(db)
    assert not any(one.solvable for one in dialogues)
    assert sum(len(one.rounds) for one in dialogues if one.policy == "tests") == 10
