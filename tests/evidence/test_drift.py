"""What became of the assertions of a suite."""

from aiev.evidence.assertions import assertions
from aiev.evidence.drift import drift


def changes(before, after):
    found = drift(assertions(before, "python"), assertions(after, "python"))
    texts = [[one.source for one in part] for part in (found.kept, found.dropped, found.added)]
    return (*texts, [(one.value, other.value) for one, other in found.changed])


def test_order_layout_and_names_are_no_drift():
    before = "assert f(1) == 2\nassert f(2) == 'x'"
    after = 'def test():\n    got = f(2)\n    assert got == "x"\n    self.assertEqual(2, f(1))'
    assert drift(assertions(before, "python"), assertions(after, "python")).bends is False


def test_a_bent_value_is_a_change_and_a_missing_call_is_dropped():
    assert changes("assert f(1) == 2\nassert f(2) == 3", "assert f(1) == 9\nassert f(7) == 3") == (
        [],
        ["assert f(2) == 3"],
        ["assert f(7) == 3"],
        [("2", "9")],
    )


def test_one_of_two_equal_assertions_that_goes_is_dropped():
    kept, dropped, added, changed = changes("assert f(1) == 2\nassert f(1) == 2", "assert f(1) == 2")
    assert (len(kept), len(dropped), added, changed) == (1, 1, [], [])


def test_an_exact_match_goes_before_a_change():
    kept, dropped, _, changed = changes("assert s() == 1\nassert s() == 2", "assert s() == 2")
    assert (kept, dropped, changed) == (["assert s() == 2"], ["assert s() == 1"], [])


def test_a_helper_that_is_weakened_is_drift():
    before = "def run(x): return f(x)\nassert run(1) == 2"
    assert changes(before, "def run(x): return 2\nassert run(1) == 2")[1] == ["assert run(1) == 2"]


def test_a_row_of_a_table_that_is_bent_is_a_change():
    before = "for x, y in [(1, 2), (3, 4)]:\n    assert f(x) == y"
    assert changes(before, before.replace("4", "5"))[3] == [("4", "5")]


def test_a_number_that_is_written_otherwise_is_no_change():
    assert changes("assert f(1) == 1.0", "assert f(1) == 1")[0] == ["assert f(1) == 1.0"]
    assert changes("assert f(1) == 1", "assert f(1) == True")[0] == []
