"""Each language on each real backend, from the job to the verdict.

Known gap: on bubblewrap a language is there when this machine has its tools; what is not is skipped by name.
"""

from dataclasses import dataclass

import pytest
from support import backends

from aiev_interpreter import Cell, InterpreterUnavailable, Job, Limits, Matrix, Verdict
from aiev_interpreter.image.build import ALL
from aiev_interpreter.languages import LANGUAGES


@dataclass(frozen=True)
class Sample:
    """A right program, its tests with two assertions, what to replace to make it wrong, and an early exit."""

    program: str
    tests: str
    right: str
    wrong: str
    leave: tuple[str, str]


NODE = Sample(
    "function add(a, b) { return a + b; }\nmodule.exports = { add };\n",
    "const assert = require('assert');\nassert.strictEqual(add(1, 2), 3);\nassert.strictEqual(add(0, 0), 0);\n",
    "a + b",
    "a - b",
    ("return a + b;", "process.exit(0);"),
)
SAMPLES = {
    "python": Sample(
        "def add(a, b):\n    return a + b\n",
        "assert add(1, 2) == 3\nassert add(0, 0) == 0\n",
        "a + b",
        "a - b",
        ("return a + b", "raise SystemExit(0)"),
    ),
    "javascript": NODE,
    "typescript": Sample(
        "function add(a: number, b: number): number { return a + b; }\n", NODE.tests, "a + b", "a - b", NODE.leave
    ),
    "java": Sample(
        "class Solution {\n  static int add(int a, int b) { return a + b; }\n}\n",
        'class Tests {\n  public static void main(String[] args) {\n    assert Solution.add(1, 2) == 3 : "sum";\n'
        "    assert Solution.add(0, 0) == 0;\n  }\n}\n",
        "a + b",
        "a - b",
        ("return a + b;", "System.exit(0); return 0;"),
    ),
    "cpp": Sample(
        "#include <cstdlib>\nint add(int a, int b) { return a + b; }\n",
        "#include <cassert>\nint main() {\n  assert(add(1, 2) == 3);\n  assert(add(0, 0) == 0);\n}\n",
        "a + b",
        "a - b",
        ("return a + b;", "std::exit(0);"),
    ),
    "rust": Sample(
        "pub fn add(a: i64, b: i64) -> i64 { a + b }\n",
        "#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn adds() {\n"
        "        assert_eq!(add(1, 2), 3);\n"
        "        assert_eq!(add(0, 0), 0);\n    }\n}\n",
        "a + b",
        "a - b",
        ("a + b", "std::process::exit(0)"),
    ),
    "go": Sample(
        'package main\n\nimport "os"\n\nvar _ = os.Args\n\nfunc Add(a, b int) int { return a + b }\n',
        'package main\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) {\n\tif got := Add(1, 2); got != 3 {\n'
        '\t\tt.Errorf("Add(1, 2) = %d, want 3", got)\n\t}\n\tif Add(0, 0) != 0 {\n\t\tt.Error("zero")\n\t}\n}\n',
        "a + b",
        "a - b",
        ("return a + b", "os.Exit(0); return 0"),
    ),
    "bash": Sample(
        "add() { echo $(( $1 + $2 )); }\nleave() { :; }\n",
        'leave\n[ "$(add 1 2)" = "3" ]\n[ "$(add 0 0)" = "0" ]\n',
        "$1 + $2",
        "$1 - $2",
        ("leave() { :; }", "leave() { exit 0; }"),
    ),
}
LIMITS = Limits(wall_seconds=20.0, cpu_seconds=20.0)


@pytest.fixture(scope="module", params=backends.PARAMS)
def interpreter(request):
    """Each real backend, with the tools of every language where it has an image."""
    with backends.opened(request.param, run_id="languages", languages=(ALL,)) as interpreter:
        yield interpreter


@pytest.mark.parametrize("language", [one.name for one in LANGUAGES])
async def test_a_language_is_judged_by_its_assertions(interpreter, language):
    sample = SAMPLES[language]

    async def execute(program, tests):
        return await interpreter.execute(Job(program, tests, language=language, limits=LIMITS), owner="one")

    try:
        right = await execute(sample.program, sample.tests)
    except InterpreterUnavailable as error:
        assert interpreter.name == "bubblewrap"
        pytest.skip(str(error))
    assert (right.verdict, right.assertions) == (Verdict.OK, 2), right
    wrong = await execute(sample.program.replace(sample.right, sample.wrong), sample.tests)
    assert (wrong.verdict, bool(wrong.stderr)) == (Verdict.ERROR, True), wrong
    left = await execute(sample.program.replace(*sample.leave), sample.tests)
    assert left.verdict is Verdict.ERROR, left
    broken = await execute(sample.program + "\n((\n", sample.tests)
    assert broken.verdict is Verdict.ERROR, broken
    again = await execute(sample.program, sample.tests)
    assert again.verdict is Verdict.OK, again


@pytest.mark.parametrize("language", [one.name for one in LANGUAGES])
async def test_a_matrix_tells_wrong_programs_from_those_that_do_not_compile(interpreter, language):
    sample = SAMPLES[language]
    programs = (sample.program, sample.program.replace(sample.right, sample.wrong), sample.program + "\n((\n")
    matrix = Matrix(programs, (sample.tests, "(((\n"), calls=("1",), language=language, limits=LIMITS, seconds=120)
    try:
        result = await interpreter.execute_matrix(matrix, owner="one")
    except InterpreterUnavailable as error:
        assert interpreter.name == "bubblewrap"
        pytest.skip(str(error))
    assert result.cells == ((Cell.PASSED, Cell.FAILED), (Cell.FAILED, Cell.FAILED), (Cell.BROKEN, Cell.BROKEN)), result
    assert (result.verdict, result.coverage) == (Verdict.OK, None)
    assert result.values == (("1",), ("1",), ("",)) if language == "python" else (("",),) * 3
