from collections import Counter

import pytest
from support.terminal import shown

from aiev.run.progress import Before, Progress
from aiev.view.terminal.panel import cost, evaluation_line, line, panel


def test_the_panel_shows_counts_speed_and_time():
    progress = Progress(total=10)
    progress.statuses.update(accepted=3, discarded=1)
    progress.rounds.update([1, 1, 4])
    progress.draining = True
    text = shown(panel(progress, "run [x]"))
    for part in ("3 accepted", "1 discarded", "1×2  4×1", "Ctrl-C again", "run [x]"):
        assert part in text
    assert line(progress).startswith("4/10: 3 accepted, 1 discarded, 0 failed")


def test_an_evaluation_says_what_passed():
    progress = Progress(total=10, statuses=Counter(passed=3, failed=1))
    assert evaluation_line(progress).startswith("4/10: 3 passed, 1 failed; 0 tokens/s; cost nothing yet;")


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(total=1), "nothing yet"),
        (Progress(total=1, requests=2, unpriced=2), "unknown (no price: model.price_input, model.price_output)"),
        (Progress(total=1, requests=2, unpriced=1, cost=0.5), "$0.5 so far and 1 replies without a price"),
        (
            Progress(
                total=4, requests=2, cost=1.5, statuses=Counter(accepted=1, failed=1), before=Before(1, 1, 0, 0.5)
            ),
            "$2.00 so far, $3.50 projected, $1.00 for each accepted",
        ),
    ],
)
def test_a_cost_never_takes_an_unknown_price_for_nothing(progress, words):
    assert cost(progress) == words
