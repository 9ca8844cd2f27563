import math

import pytest
from precision.counting import Repairs, Share, repairs, score
from precision.known_dialogues import RIGHT, RIGHT_FAILED, WRONG, WRONG_FAILED


def test_an_interval_is_wilsons():
    assert Share(8, 10).interval == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert Share(0, 10).interval == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert Share(19, 20).interval == pytest.approx((0.7639, 0.9911), abs=1e-4)
    assert str(Share(8, 10)) == "8 of 10 = 0.80 [0.49, 0.94]"


def test_nothing_out_of_nothing_is_no_share():
    assert math.isnan(Share(0, 0).value)
    assert Share(0, 0).interval == (0.0, 1.0)
    assert str(Share(0, 0)) == "0 of 0"


def test_recall_counts_what_some_round_had_right(talk):
    listed = [
        talk("HumanEval/1", RIGHT),
        talk("HumanEval/2", RIGHT_FAILED, WRONG),
        talk("HumanEval/3", WRONG_FAILED, RIGHT_FAILED, status="discarded"),
        talk("HumanEval/4", WRONG_FAILED, status="discarded"),
    ]
    found = score(listed, lambda one: one.accepted)
    assert (found.precision, found.recall) == (Share(1, 2), Share(1, 3))


def test_repairs_are_counted_from_round_to_round(talk):
    listed = [
        talk("HumanEval/1", WRONG_FAILED, RIGHT_FAILED, WRONG_FAILED, RIGHT),
        talk("HumanEval/2", RIGHT_FAILED, WRONG),
        talk("HumanEval/3", RIGHT),
    ]
    assert repairs(listed) == Repairs(4, mended=2, broken=2, at_once=2, lost=1)
