import pytest
from precision.scorers import Judged, interval, spearman, table

from aiev.preference.outcomes import Outcomes, UnitRun
from aiev.preference.settings import PreferSettings


@pytest.mark.parametrize(
    ("scores", "right", "expected"),
    [
        ([3.0, 2.0, 1.0, 0.0], [True, True, False, False], 0.894),
        ([0.0, 1.0, 2.0, 3.0], [True, True, False, False], -0.894),
        ([1.0, 1.0, 0.0, 0.0], [True, True, False, False], 1.0),
        ([1.0, 1.0], [True, False], 0.0),
    ],
)
def test_rank_correlation_takes_ties_at_their_mean_rank(scores, right, expected):
    assert spearman(scores, right) == pytest.approx(expected, abs=1e-3)


def test_an_interval_holds_the_mean_and_narrows_with_the_number():
    few, many = interval([0.0, 1.0] * 4), interval([0.0, 1.0] * 400)
    assert few[0] < many[0] < 0.5 < many[1] < few[1]


def test_a_pair_is_wrong_by_the_hidden_tests_alone():
    cells = [["passed"] * 3, ["passed"] * 3, ["failed", "failed", "passed"], ["failed"] * 3]
    outcomes = Outcomes(tuple(tuple(UnitRun(cell) for cell in row) for row in cells))
    texts = tuple(f"def f(x):\n    return x + {number}\n" for number in range(4))
    units = tuple(f"assert f({number}) == {number}\n" for number in range(3))
    made = [Judged("a", texts, units, outcomes, right) for right in ((True, True, False, False), (False,) * 4)]
    assert "1 of 2 problems have right and wrong programs; 4.0 programs and 3.0 test units each" in table(
        made, PreferSettings()
    )
    assert "| pass_count | 0.94 [0.94, 0.94] | 0 of 1 = 0.00 [0.00, 0.79] | 1 of 1 = 1.00 [0.21, 1.00] |" in table(
        made, PreferSettings()
    )
