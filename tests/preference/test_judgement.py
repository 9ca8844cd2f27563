import pytest

from aiev.evidence.scores import scores
from aiev.preference.ambiguity import ambiguous
from aiev.preference.judgement import AMBIGUOUS, NOTHING_TELLS, TOO_NEAR, judge
from aiev.preference.outcomes import Outcomes, UnitRun
from aiev.preference.selection import Reason
from aiev.preference.settings import PreferSettings, Scorer

T, F = True, False
WEAK = "no program passes more than 50% of the weight"
WORDS = {True: "passed", False: "failed", None: "infra"}


def judged(passed, *, programs=None, units=None, **settings):
    """A judgement of programs that all differ, by units that all ask for `f`."""
    programs = programs or [f"def f(x):\n    return x + {number}\n" for number in range(len(passed))]
    units = units or [f"assert f({number})\n" for number in range(len(passed[0]))]
    runs = tuple(tuple(UnitRun(WORDS[held]) for held in row) for row in passed)
    return judge(programs, units, "python", Outcomes(runs), PreferSettings(**settings))


def chosen(judgement):
    return [(one.chosen, one.rejected) for one in judgement.pairs]


CLEAR = [[T, T, T, T, T], [T, T, T, T, F], [T, T, F, T, F], [T, F, F, F, F], [F, F, F, F, F]]


def test_the_best_is_paired_with_the_worst_that_passes_something():
    found = judged(CLEAR, pairs=1)
    assert chosen(found) == [(0, 3)]
    assert found.reason == ""
    assert found.pairs[0].rule.startswith("passes 100% against ")
    assert set(found.scores) == set(Scorer)


def test_no_program_is_in_two_pairs():
    positions = [one for pair in chosen(judged(CLEAR, gap=0.1, best=0.6)) for one in pair]
    assert positions == [0, 3, 1, 2]


def test_a_test_of_nothing_does_not_win():
    constant = [[T, *row] for row in CLEAR]
    found = judged(constant, units=["assert True\n", *(f"assert f({number})\n" for number in range(5))])
    assert found.selection.reasons[:2] == (Reason.CONSTANT, None)
    assert found.scores == judged(CLEAR).scores


def test_a_right_test_stands_below_a_test_of_nothing_where_none_is_set_apart():
    nothing, right, _, wrong = scores([[T, T, T, F], [T, T, T, F], [T, F, F, T], [T, F, F, T], [T, F, F, T]]).tests
    assert (nothing, round(right, 2), round(wrong, 2)) == (1, 0.45, 0.55)


TWO_CAMPS = [[T, T, F, F], [T, F, F, F], [F, F, T, T], [F, F, F, T]]


def test_two_camps_give_no_pair():
    found = judged(TWO_CAMPS)
    assert (found.pairs, found.reason) == ((), AMBIGUOUS)


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (TWO_CAMPS, True),
        ([[T, F], [F, T]], True),
        ([*([T, *row] for row in TWO_CAMPS), [F] * 5], True),
        ([[T, F, F], [T, T, F], [F, F, T]], False),
        ([*TWO_CAMPS, [T, F, F, T]], False),
        ([[T, F], [F, F]], False),
        ([[None, F], [F, T]], False),
        ([], False),
    ],
)
def test_only_groups_that_share_no_unit_are_ambiguous(passed, expected):
    assert ambiguous(passed) is expected


@pytest.mark.parametrize(
    ("passed", "settings", "reason"),
    [
        ([[T, T], [T, T]], {}, NOTHING_TELLS),
        (
            [[T, T, F, F], [T, F, T, F], [F, T, F, T]],
            {"scorer": "pass_count"},
            "no program passes more than 50% of the weight",
        ),
        ([[T, T, F], [T, F, T], [F, F, T]], {"scorer": "pass_count", "best": 0.6}, TOO_NEAR),
        ([[T, F], [F, F]], {}, TOO_NEAR),
    ],
    ids=["nothing tells", "best is too weak", "too near", "the worst passes nothing"],
)
def test_without_a_pair_there_is_a_reason(passed, settings, reason):
    found = judged(passed, **settings)
    assert (found.pairs, found.reason) == ((), reason)


def test_missing_cells_make_no_pair():
    assert chosen(judged([[T, T, T], [None, None, None], [T, F, F]])) == [(0, 2)]
    assert not judged([[T, T, T], [T, None, None], [F, F, F]]).pairs
    assert not judged([[T, None, None], [T, F, F], [F, T, T]], scorer="all_pass").pairs


def test_the_same_program_in_another_layout_is_no_pair():
    programs = ["def f(x):\n    return (x + 1)\n", "def f(x):\n\n  return x+1\n", "def f(x):\n    return x\n"]
    passed = [[T, T, T], [T, F, F], [T, T, F]]
    assert chosen(judged(passed, gap=0.1)) == [(0, 1)]
    assert chosen(judged(passed, programs=programs, gap=0.1)) == [(0, 2)]


def test_a_program_that_passes_only_what_every_one_passes_is_rejected_but_not_one_that_passes_nothing():
    assert chosen(judged([[T, T], [T, F]])) == [(0, 1)]
    assert chosen(judged([[T, T], [F, F], [T, F]], gap=0.3)) == [(0, 2)]
