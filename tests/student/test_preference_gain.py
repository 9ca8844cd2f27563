"""What `make preferences` counts; the trainings themselves are `training/test_methods.py`."""

from student.preference_gain import answers, gains, interval, pair, split, turned

ROWS = [pair(str(number), f"Add {number}.", f"a + {number}", f"a - {number}") for number in range(80)]


def test_a_problem_is_on_one_side_and_stays_there():
    train, test = split(ROWS)
    assert (len(train) + len(test), split(ROWS)) == (80, (train, test))
    assert 10 < len(test) < 30
    assert split([*ROWS, ROWS[0]])[0].count(ROWS[0]) in {0, 2}


def test_the_control_has_the_same_pairs_with_sides_drawn_at_random():
    drawn = turned(ROWS)
    swapped = [one["chosen"] == row["rejected"] for one, row in zip(drawn, ROWS, strict=True)]
    assert 25 < sum(swapped) < 55
    assert [row["prompt"] for row in drawn] == [row["prompt"] for row in ROWS]


def test_kto_gets_both_answers_with_their_labels():
    assert [(one["completion"], one["label"]) for one in answers(ROWS[:1])] == [
        (ROWS[0]["chosen"], True),
        (ROWS[0]["rejected"], False),
    ]


def test_a_rise_is_an_interval_above_what_was_there_and_a_control_must_not_rise():
    rising, noise = [0.2 + 0.01 * number for number in range(30)], [(-1.0) ** number for number in range(30)]
    assert [one.holds for one in gains("dpo", rising, control=False)] == [True, True]
    assert [one.holds for one in gains("control", rising, control=True)] == [False, False]
    assert [one.holds for one in gains("dpo", noise, control=False)] == [False, False]
    assert [one.value for one in gains("control", [0.0] * 9, control=True)] == [0.0, 0.5]


def test_an_interval_lies_around_its_mean():
    mean, low, high = interval([0.0, 1.0] * 50)
    assert low < mean < high
    assert mean == 0.5
