import pytest
from precision.hidden import HiddenTests

from aiev.student.problems import Problem

PROBLEM = Problem("MBPP/1", "Double n.", "assert f(2) == 4\nassert f(3) == 6")
RIGHT, WRONG = "def f(n):\n    return 2 * n", "def f(n):\n    return n * n"


@pytest.mark.bubblewrap
async def test_a_program_is_judged_once_and_what_failed_is_kept(tmp_path):
    path, programs = tmp_path / "hidden.jsonl", [("MBPP/1", RIGHT), ("MBPP/1", WRONG), ("MBPP/1", RIGHT)]
    hidden = HiddenTests([PROBLEM], path)
    assert await hidden.judge(programs, "bubblewrap") == 2
    assert hidden.of("MBPP/1", RIGHT).right
    assert not hidden.of("MBPP/1", WRONG).right
    assert "f(3) == 6" in hidden.of("MBPP/1", WRONG).output
    path.write_text(path.read_text()[:-20])  # as a kill leaves it
    again = HiddenTests([PROBLEM], path)
    assert await again.judge(programs, "bubblewrap") == 1
    assert await HiddenTests([PROBLEM], path).judge(programs, "bubblewrap") == 0


async def test_changed_tests_make_a_new_question(tmp_path):
    hidden = HiddenTests([PROBLEM], tmp_path / "hidden.jsonl")
    with pytest.raises(KeyError):
        hidden.of("MBPP/1", RIGHT)
