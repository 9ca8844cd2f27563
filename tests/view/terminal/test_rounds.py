from support.terminal import shown

from aiev.view.terminal.rounds import rounds_view

ROUND = {"number": 1, "stage": "teaching", "items": {"train": 9, "test": 1}, "training": None, "gate": None}
TRAINED = {"adapter": "aiev-r002-1a", "metrics": {"loss_before": 2.0, "loss_after": 1.5}}


def test_each_round_is_a_line_as_far_as_it_got():
    second = ROUND | {"number": 2, "training": TRAINED, "gate": {"sentence": "The student wins."}}
    lines = [line.split() for line in shown(rounds_view([ROUND, second])).splitlines()]
    assert lines[1] == ["1", "teaching", "9", "1", "-", "-", "-"]
    assert " ".join(lines[2]) == "2 teaching 9 1 aiev-r002-1a 2.000 to 1.500 The student wins."
