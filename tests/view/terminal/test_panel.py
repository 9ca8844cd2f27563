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


@pytest.mark.parametrize("total", [0, 5])
def test_a_panel_before_anything_has_happened_shows_no_figure_that_is_not_known(total):
    text = shown(panel(Progress(total=total), "run"))
    for part in ("none accepted yet", "nothing has run yet", "nothing yet", "? left", "0 in flight"):
        assert part in text
    assert "retries" not in text
    assert "Ctrl-C" not in text


def test_retries_and_the_limit_that_was_reached_are_told():
    progress = Progress(total=5, retries=3, draining=True, stopped="limits.max_tokens = 10 is reached")
    text = shown(panel(progress, "run"))
    assert "tokens/s, 3 retries" in text
    assert "limits.max_tokens = 10 is reached; finishing what is in flight" in text


def test_time_and_speed_are_of_this_start():
    progress = Progress(total=4, tokens=600, statuses=Counter(accepted=1, failed=1))
    progress.started -= 60
    assert "10 tokens/s" in line(progress)
    assert line(progress).endswith("1 min 00 s elapsed, 1 min 00 s left")
