"""Programs against suites and calls, in one request to a real sandbox."""

import pytest

from aiev_interpreter import Cell, Limits, Matrix, Verdict

ADD = "def add(a, b):\n    return a + b\n"
SUB = ADD.replace("+", "-")
SUITE = "assert add(1, 2) == 3\n"
PASSED, FAILED, TIMEOUT, BROKEN, SKIPPED = Cell.PASSED, Cell.FAILED, Cell.TIMEOUT, Cell.BROKEN, Cell.SKIPPED


@pytest.fixture
def cross(interpreter, limits):
    """Run programs against suites and calls on the backend under test."""

    async def execute(programs, suites=(), calls=(), **options):
        options = {"limits": limits, **options}
        matrix = Matrix(programs=tuple(programs), suites=tuple(suites), calls=tuple(calls), **options)
        return await interpreter.execute_matrix(matrix)

    return execute


@pytest.fixture
def brief(limits):
    """Half a second for each cell."""
    return Limits(wall_seconds=0.5, cpu_seconds=0.5, memory_bytes=limits.memory_bytes, disk_bytes=limits.disk_bytes)


async def test_each_program_meets_each_suite(cross, interpreter):
    result = await cross([ADD, SUB], [SUITE, "assert add(0, 0) == 0\n", "assert add(5, 5) == 0\n"])
    assert result.cells == ((PASSED, PASSED, FAILED), (FAILED, PASSED, PASSED))
    assert (result.verdict, result.values, result.detail) == (Verdict.OK, ((), ()), "")
    assert (result.backend, result.image) == (interpreter.name, interpreter.image)
    assert 0 < result.wall_seconds < 10


async def test_a_matrix_without_suites_or_without_programs_is_empty(cross):
    assert (await cross([ADD])).cells == ((),)
    assert (await cross([], [SUITE])).cells == ()


@pytest.mark.parametrize(
    "program",
    ["def add(a, b:\n", "raise ValueError\n", "import nothing_of_that_name\n", "import os\nos._exit(0)\n"],
    ids=["syntax", "raises", "imports", "leaves"],
)
async def test_a_program_that_does_not_load_is_broken(cross, program):
    result = await cross([program, ADD], [SUITE], ["add(1, 2)"])
    assert result.cells == ((BROKEN,), (PASSED,))
    assert result.values == (("",), ("3",))


async def test_what_loops_for_ever_costs_only_its_own_time(cross, brief):
    while_called = "def add(a, b):\n    while a:\n        pass\n    return b\n"
    result = await cross(
        [while_called, "while True:\n    pass\n", ADD],
        [SUITE, "assert add(0, 2) == 2\n", "while True:\n    pass\n"],
        ["add(1, 1)", "add(0, 1)"],
        limits=brief,
    )
    assert result.cells == ((TIMEOUT, PASSED, TIMEOUT), (TIMEOUT, TIMEOUT, TIMEOUT), (PASSED, PASSED, TIMEOUT))
    assert result.values == (("", "1"), ("", ""), ("2", "1"))
    assert result.wall_seconds < 6


async def test_what_the_time_does_not_suffice_for_is_skipped(cross):
    slow = "import time\ndef add(a, b):\n    time.sleep(0.5)\n    return a + b\n"
    result = await cross([slow] * 5, [SUITE], ["add(1, 2)"], seconds=2.0)
    assert (result.cells[0], result.cells[4]) == ((PASSED,), (SKIPPED,))
    assert (result.values[0], result.values[4]) == (("3",), ("",))
    assert result.wall_seconds < 4


@pytest.mark.parametrize(
    "suite",
    [
        "def test_add():\n    assert add(1, 2) == {}\n",
        "from unittest import *\nclass Test(TestCase):\n    def test(self):\n        self.assertEqual(add(1, 2), {})",
        "import pytest\n@pytest.mark.parametrize('n', [3])\ndef test_add(n):\n    assert add(1, 2) == n - 3 + {}\n",
        "from solution import add\nasync def test_add():\n    assert add(1, 2) == {}\n",
        "if add(1, 2) != {}:\n    raise SystemExit(1)\n",
    ],
    ids=["function", "class", "pytest", "coroutine", "guard"],
)
async def test_suites_run_as_the_judge_runs_tests(cross, suite):
    assert (await cross([ADD], [suite.format(3), suite.format(4)])).cells == ((PASSED, FAILED),)


async def test_no_cell_is_disturbed_by_another(cross):
    disturbing = (
        "import builtins, os, sys\nprint('x' * 1_000_000)\nadd.__code__ = (lambda a, b: 9).__code__\n"
        "open('left', 'w').write('here')\nbuiltins.abs = None\nassert add(1, 2) == 9\n"
    )
    quiet = "import os\nassert add(1, 2) == 3 and abs(-1) == 1 and not os.path.exists('left')\n"
    assert (await cross([ADD], [disturbing, quiet, disturbing, quiet])).cells == ((PASSED,) * 4,)


async def test_a_program_finds_what_it_has_made_when_it_was_loaded(cross):
    program = (
        "import threading, queue\nopen('data.txt', 'w').write('7')\nasked, said = queue.Queue(), queue.Queue()\n"
        "def serve():\n    while True:\n        said.put(asked.get() + 1)\n"
        "threading.Thread(target=serve, daemon=True).start()\n"
        "def served(n):\n    asked.put(n)\n    return said.get(timeout=2)\n"
        "def data():\n    return int(open('data.txt').read())\n"
    )
    result = await cross([program], ["assert served(1) == 2\n", "assert data() == 7\n"], ["served(5)", "data()"])
    assert result.cells == ((PASSED, PASSED),)
    assert result.values == (("6", "7"),)


async def test_standard_input_is_empty(cross):
    result = await cross(["def ask():\n    return input()\n"], calls=["ask()"])
    assert result.values == (("!EOFError",),)


async def test_packages_are_installed_once_for_all_programs(cross):
    import_it = "import yaml\ndef load(text):\n    return yaml.safe_load(text)\n"
    result = await cross([import_it, import_it], ["assert load('[1]') == [1]\n"])
    assert result.cells == ((PASSED,), (PASSED,))


async def test_a_package_that_cannot_be_installed_leaves_the_result_empty(cross):
    result = await cross([ADD], [SUITE], requirements=("aiev-no-such-package==0.0.1",))
    assert (result.verdict, result.cells) == (Verdict.INSTALL_FAILED, ())
    assert "aiev-no-such-package" in result.detail


async def test_matrices_of_a_conversation_share_its_sandbox_with_its_jobs(interpreter, limits):
    matrix = Matrix((ADD,), (SUITE,), limits=limits)
    try:
        for _ in range(2):
            assert (await interpreter.execute_matrix(matrix, owner="one")).cells == ((PASSED,),)
    finally:
        await interpreter.release("one")


COVERED = """def sign(n):
    if n > 0:
        return 1
    elif n < 0:
        return -1
    return 0
def total(numbers):
    found = 0
    for n in numbers:
        found += n
    while (
        found > 10
    ):
        found -= 1
    if found == 3: return 3
    return found
def numbers():
    yield from (1, 2)
"""


@pytest.mark.parametrize(
    ("suites", "lines_run", "branches_run", "missing"),
    [
        (["assert sign(5) == 1\n"], 5, 1, (4, 5, 6, 8, 9, 10, 12, 14, 15, 16, 18)),
        (["assert sign(5) == 1\n", "assert sign(-5) == -1 and sign(0) == 0\n"], 8, 4, (8, 9, 10, 12, 14, 15, 16, 18)),
        (["assert total(numbers()) == 3\n"], 9, 3, (2, 3, 4, 5, 6, 14, 16)),
        (["assert total([5, 7]) == 10\nassert total([]) == 0\n", "raise ValueError\n"], 10, 4, (2, 3, 4, 5, 6, 18)),
    ],
)
async def test_coverage_is_what_all_suites_together_run(cross, suites, lines_run, branches_run, missing):
    found = (await cross([COVERED], suites, coverage=True)).coverage
    assert (found.missing, found.lines_run, found.branches_run) == (missing, lines_run, branches_run)
    assert (found.lines, found.branches) == (16, 8)


async def test_coverage_is_that_of_the_first_program_alone(cross):
    result = await cross([ADD, COVERED], [SUITE], coverage=True)
    assert (result.coverage.lines, result.coverage.lines_run) == (2, 2)
    assert (await cross(["def add(:\n", ADD], [SUITE], coverage=True)).coverage is None
    assert (await cross([ADD], [SUITE])).coverage is None


async def test_a_program_that_ends_the_tracing_is_only_counted_lower(cross):
    ends = "import sys\ndef add(a, b):\n    sys.settrace(None)\n    c = a + b\n    return c\n"
    kills = "import os\ndef add(a, b):\n    os.kill(os.getppid(), 9)\n    return a + b\n"
    assert (await cross([ends], [SUITE], coverage=True)).coverage.missing in {(4, 5), ()}
    assert (await cross([kills], [SUITE, "assert True\n"], coverage=True)).coverage.lines == 4


async def test_lines_are_covered_until_a_suite_loops_for_ever(cross, brief):
    found = (await cross([COVERED], ["sign(1)\nwhile True:\n    pass\n"], coverage=True, limits=brief)).coverage
    assert 2 not in found.missing
    assert 5 in found.missing


async def test_the_time_of_a_matrix_holds_in_other_languages(cross):
    slow = "add() { sleep 0.5; echo $(( $1 + $2 )); }\n"
    result = await cross([slow] * 5, ['[ "$(add 1 2)" = "3" ]\n'], language="bash", seconds=2.0)
    assert (result.cells[0], result.cells[4]) == ((PASSED,), (SKIPPED,))
    assert result.wall_seconds < 4


async def test_a_bash_program_that_loops_for_ever_is_a_timeout(cross, brief):
    loops = "add() { while :; do :; done; }\n"
    result = await cross([loops], ['[ "$(add 1 2)" = "3" ]\n'], language="bash", limits=brief)
    assert result.cells == ((TIMEOUT,),)


async def test_a_mutant_that_loops_for_ever_costs_little(cross):
    loops = "def add(a, b):\n    while True:\n        pass\n"
    result = await cross([ADD, loops, loops], [SUITE], ["add(1, 2)"], limits=Limits())
    assert result.cells == ((PASSED,), (TIMEOUT,), (TIMEOUT,))
    assert result.wall_seconds < 15
