import time
from types import SimpleNamespace

from aiev.view.changes import MAX_DIFF_LINES, changes, repair_changes


def test_two_endless_programs_are_compared_as_far_as_it_goes():
    old, new = ("\n".join("x" * (n * factor % 150) for n in range(50_000)) for factor in (1, 7))
    start = time.perf_counter()
    lines = changes("solution", old, new)
    assert time.perf_counter() - start < 5
    assert lines[-1] == "... [48000 lines of the solution not compared]"


def rounds(*pairs):
    return [SimpleNamespace(program=program, tests=tests) for program, tests in pairs]


def test_a_repair_shows_the_solution_before_the_tests():
    lines = repair_changes(*rounds(("x = 1", "assert x == 2"), ("x = 2", "assert x == 2  # so")))
    assert [line for line in lines if line[:1] in "+-"] == [
        "--- solution (failed)", "+++ solution (repaired)", "-x = 1", "+x = 2",
        "--- tests (failed)", "+++ tests (repaired)", "-assert x == 2", "+assert x == 2  # so",
    ]  # fmt: skip


def test_what_did_not_change_is_not_shown():
    assert repair_changes(*rounds(("x = 1", "assert x"), ("x = 1", "assert x"))) == []
    assert not any("solution" in line for line in repair_changes(*rounds(("x", "a"), ("x", "b"))))
    assert changes("tests", "", "") == []


def test_a_change_has_two_lines_around_it():
    old = "\n".join(map(str, range(20)))
    lines = changes("solution", old, old.replace("\n10\n", "\nten\n"))
    assert lines[2:] == ["@@ -9,5 +9,5 @@", " 8", " 9", "-10", "+ten", " 11", " 12"]


def test_texts_of_just_the_length_that_is_compared_are_compared_in_full():
    lines = ["x"] * (MAX_DIFF_LINES - 1)
    found = changes("solution", "\n".join([*lines, "a"]), "\n".join([*lines, "b"]))
    assert found[-2:] == ["-a", "+b"]
    assert changes("solution", "", "\n".join([*lines, "a", "b"]))[-1] == "... [1 lines of the solution not compared]"
