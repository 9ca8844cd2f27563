import time

from aiev.view.changes import changes


def test_two_endless_programs_are_compared_as_far_as_it_goes():
    old, new = ("\n".join("x" * (n * factor % 150) for n in range(50_000)) for factor in (1, 7))
    start = time.perf_counter()
    lines = changes("solution", old, new)
    assert time.perf_counter() - start < 5
    assert lines[-1] == "... [48000 lines of the solution not compared]"
