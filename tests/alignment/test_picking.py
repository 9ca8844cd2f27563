import pytest

from aiev.alignment.candidate import Candidate
from aiev.alignment.picking import in_order, learnability, nothing_to_pick
from aiev.alignment.settings import Pick
from aiev_interpreter.protocol import ExecutionResult, Job, Verdict

JOB = Job(program="p", tests="t")


def candidates(*verdicts):
    """A candidate for each verdict; None for one that did not run."""
    return [
        Candidate(number, None, JOB if verdict else None, ExecutionResult(verdict, 0) if verdict else None)
        for number, verdict in enumerate(verdicts)
    ]


MIXED = candidates(Verdict.OK, Verdict.ERROR, None, Verdict.OK, Verdict.TIMEOUT)


@pytest.mark.parametrize(
    ("pick", "positions"),
    [(Pick.PASSING, {0, 3}), (Pick.BEST, {0, 3}), (Pick.FAILING, {1, 4}), (Pick.RANDOM, {0, 1, 3, 4})],
)
def test_each_pick_chooses_among_its_own(pick, positions):
    assert {one.position for one in in_order(MIXED, pick, lambda _, number: number)} == positions


def test_chance_decides_who_is_first_and_is_the_same_each_time():
    order = in_order(MIXED, Pick.PASSING, lambda purpose, number: -number if purpose == "pick" else 0)
    assert [one.position for one in order] == [3, 0]


@pytest.mark.parametrize(
    ("pick", "words"),
    [
        (Pick.PASSING, "none of 2 responses passes"),
        (Pick.FAILING, "none of 2 responses fails"),
        (Pick.RANDOM, "none of 2 responses has a program that ran"),
    ],
)
def test_nothing_to_pick_says_what_was_wanted(pick, words):
    assert nothing_to_pick(candidates(None, None), pick) == words


@pytest.mark.parametrize(("passing", "many", "value"), [(0, 4, 0), (4, 4, 0), (2, 4, 1), (1, 4, 0.75), (0, 0, 0)])
def test_learnability_is_highest_where_half_of_the_responses_pass(passing, many, value):
    assert learnability(passing, many) == value
