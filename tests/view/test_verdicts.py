from types import SimpleNamespace

from aiev.view.verdicts import other_error_classes, verdict_runs


def test_equal_verdicts_in_a_row_are_counted_together():
    row = SimpleNamespace(verdicts="error error ok error")
    assert verdict_runs(row) == [("error", 2), ("ok", 1), ("error", 1)]


def test_error_classes_that_are_verdicts_are_left_out():
    row = SimpleNamespace(verdicts="error timeout ok", error_classes="KeyError, timeout, KeyError, TypeError")
    assert other_error_classes(row) == ["KeyError", "TypeError"]
