"""What the harness makes of tests: counted, explained, evaluated once. Runs it as the supervisor would."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import aiev_interpreter

ROOT = str(Path(aiev_interpreter.__file__).parents[1])
START = (
    f"import sys; sys.path.insert(0, {ROOT!r}); from aiev_interpreter.sandbox import harness; "
    "harness.Harness().serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))"
)
CASE = "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n"
CLASS = """class TestF:
    def setup_method(self):
        self.x = 1
    def test_f(self):
        assert f(self.x) == 2
"""
FIXTURE = """import pytest
@pytest.fixture
def one():
    return 1
def test_f(one):
    assert f(one) == 2
"""
F = "def f(x):\n    return x + 1\n"


@pytest.fixture
def harness(tmp_path):
    """Runs program and tests in a process of their own: exit code, standard error, report."""

    def run(program, tests):
        (tmp_path / "solution.py").write_text(program)
        (tmp_path / "tests.py").write_text(tests)
        report, report_end = os.pipe()
        token, token_end = os.pipe()
        os.write(token_end, b"token count\n")
        os.close(token_end)
        command = [sys.executable, "-I", "-B", "-c", START, str(tmp_path), str(report_end), str(token)]
        done = subprocess.run(
            command, cwd=tmp_path, pass_fds=[report_end, token], capture_output=True, text=True, check=False
        )
        os.close(report_end)
        os.close(token)
        with os.fdopen(report) as pipe:
            mark, _, text = pipe.read().partition(" ")
        assert mark in {"", "token"}
        return done.returncode, done.stderr, json.loads(text) if text else None

    return run


@pytest.mark.parametrize(
    ("tests", "count"),
    [
        ("assert f(1) == 2", 1),
        ("assert 1 < f(1) < 3", 1),
        ("assert f(1)\nassert not f(-1)", 2),
        ("for n in range(5):\n    assert f(n) == n + 1", 5),
        ("def test_a():\n    assert f(1) == 2\ntest_a()", 1),
        ("def test_a(n=1):\n    'Doc.'\n    assert f(n) == 2", 1),
        ("async def test_a():\n    assert f(1) == 2", 1),
        (CASE + "        self.assertEqual(f(1), 2)\n        self.assertIn(2, [f(1)])", 2),
        (CASE + "        with self.assertRaises(TypeError):\n            f('')", 1),
        (
            CASE + "        with self.assertWarns(UserWarning):\n            import warnings; warnings.warn('x')",
            1,
        ),
        (CASE + "        self.assertRaises(TypeError, f, '')\nunittest.main()", 1),
        (CASE + "        assert f(1) == 2\nimport sys\nsys.exit(unittest.main())", 1),
        (CASE + "        assert f(1) == 2\nfrom unittest import main\nmain()", 1),
        (CLASS, 1),
        ("import pytest\nwith pytest.raises(TypeError):\n    f('')", 1),
        (FIXTURE, 1),
        ("import pytest\n@pytest.mark.asyncio\nasync def test_f():\n    assert f(1) == 2", 1),
        ("from unittest.mock import Mock\nm = Mock()\nm(1)\nm.assert_called_once_with(1)", 1),
        ("from __future__ import annotations\nfrom nowhere import f as g\nassert g(1) == 2", 1),
        ("assert (y := f(1)) == 2\nassert y == 2", 2),
        ("try:\n    f('')\n    assert False\nexcept TypeError as error:\n    assert str(error)", 2),
        ("if f(1) != 2:\n    raise ValueError('wrong')", 1),
        ("import sys\nassert f(1) == 2\nsys.exit(0)", 1),
        ("print(f(1))", 0),
        ("def check():\n    assert f(1) == 2", 0),
    ],
)
def test_assertions_that_held_are_counted(harness, tests, count):
    code, stderr, report = harness(F, tests)
    sites = report.pop("sites")
    assert (code, report) == (0, {"assertions": count, "completed": True, "error": ""}), stderr
    assert sum(held for _, _, held in sites) == count


@pytest.mark.parametrize(
    ("tests", "words"),
    [
        ("assert f(2) == 6", "AssertionError: assert f(2) == 6 failed: left side is 3, right side is 6"),
        ("assert f(2) in [1, 2], 'why'", "left side is 3, right side is [1, 2] (why)"),
        ("assert not f(2)", "assert not f(2) failed: the value is 3"),
        ("assert all(n > 1 for n in [1])", "failed: the value is False"),
        ("assert 'a' * 1000 == ''", " … "),
        ("def test_it(a, b):\n    assert a", "fixture 'a' not found"),
        ("import sys\nsys.exit(2)", "The program called sys.exit(2) before the tests were through."),
        ("if f(1) == 2:\n    raise ValueError('wrong')", "ValueError: wrong"),
        ("def broken(:", "SyntaxError"),
        ("from nowhere import g", "ModuleNotFoundError"),
        (CASE + "        self.assertEqual(f(1), 3)", "AssertionError: 2 != 3"),
        (CLASS.replace("== 2", "== 3"), "left side is 2, right side is 3"),
        (
            "import pytest\n@pytest.mark.parametrize('n', [1])\ndef test_f(n):\n    assert f(n) == 3",
            "right side is 3",
        ),
        (
            "import pytest\n@pytest.mark.skip\ndef test_a(): pass\ndef test_f(what):\n    pass",
            "fixture 'what' not found",
        ),
    ],
)
def test_failures_are_explained_and_never_complete(harness, tests, words):
    code, stderr, report = harness(F, tests)
    assert words in stderr
    assert (code, report["completed"]) == (1, False)


def test_tracebacks_show_the_program_and_the_tests_alone(harness):
    _, stderr, _ = harness("def f():\n    return 1 / 0\n", "def test_f():\n    assert f() == 1")
    assert [line.strip() for line in stderr.splitlines() if "File" in line] == [
        'File "tests.py", line 2, in test_f',
        'File "solution.py", line 2, in f',
    ]
    assert "assert f() == 1" in stderr


def test_a_comparison_keeps_no_value_alive(harness):
    tests = (
        "import weakref\nclass A:\n    pass\na = A()\nr = weakref.ref(a)\n"
        "assert r() is not None\ndel a\nassert r() is None"
    )
    code, stderr, report = harness("", tests)
    assert (code, report["assertions"]) == (0, 2), stderr


def test_sides_and_message_are_evaluated_once_and_in_order(harness):
    program = "log = []\ndef say(x):\n    log.append(x)\n    return x\n"
    tests = "assert say(1) != say(2), say(3)\nassert log == [1, 2]\nassert say(0) == say(5), say(6)"
    _, stderr, report = harness(
        program + "import atexit, sys\natexit.register(lambda: print(log, file=sys.stderr))", tests
    )
    assert "[1, 2, 0, 5, 6]" in stderr
    assert report["assertions"] == 2


def test_a_child_that_the_program_forked_reports_nothing(harness):
    code, _, report = harness("import os\npid = os.fork()\nif pid: os.wait()", "assert True")
    assert (code, report["assertions"]) == (0, 1)


def test_memory_errors_are_named(harness):
    assert harness("raise MemoryError", "assert True")[2]["error"] == "MemoryError"
