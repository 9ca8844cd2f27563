"""Lines and branches are told by the lines that come one after another."""

import ast
import sys

import pytest

from aiev_interpreter.sandbox.tracing import Tracer, branches_of, lines_of


@pytest.fixture
def traced():
    """What of a program runs: the lines that do not, and the two ways out of each branch."""

    def trace(source):
        tracer = Tracer("solution.py", source)
        code = compile(source, "solution.py", "exec")
        outer = sys.gettrace()
        tracer.start()
        try:
            exec(code, {})  # noqa: S102 - the program is traced in this process
        except ValueError:
            pass
        finally:
            sys.settrace(outer)
        lines, ways = tracer.hits[: len(tracer.lines)], list(tracer.hits[len(tracer.lines) :])
        missing = [line for line, hit in zip(tracer.lines, lines, strict=True) if not hit]
        return missing, list(zip(ways[::2], ways[1::2], strict=True))

    return trace


@pytest.mark.parametrize(
    ("source", "missing", "ways"),
    [
        ("if 1 > 0:\n    x = 1\n", [], [(1, 0)]),
        ("if 1 < 0:\n    x = 1\nelse:\n    x = 2\n", [2], [(0, 1)]),
        ("for n in []:\n    x = n\n", [2], [(0, 1)]),
        ("for n in (1, 2):\n    if n > 1:\n        break\n", [], [(1, 0), (1, 1)]),
        ("n = 2\nwhile n:\n    n -= 1\n", [], [(1, 1)]),
        ("def f(n):\n    if n:\n        return 1\nf(0)\n", [3], [(0, 1)]),
        ("def f(n):\n    if n:\n        @staticmethod\n        def g():\n            pass\nf(1)\n", [5], [(1, 0)]),
        (
            "def f(n):\n    if (\n        n\n        and n > 5\n    ):\n        return 1\n    return 2\nf(9), f(1)\n",
            [],
            [(1, 1)],
        ),
        ("if any(n > 1 for n in (1, 2)):\n    x = 1\n", [], [(1, 0)]),
        ("def f():\n    raise ValueError\nif f():\n    x = 1\n", [4], [(0, 0)]),
        ("def f():\n    yield 1\nfor n in f():\n    x = n\ny = 1\n", [], [(1, 1)]),
        ("def f(n):\n    return n if n < 2 else f(n - 1)\nif f(5) == 1:\n    x = 1\n", [], [(1, 0)]),
    ],
)
def test_what_runs_is_noted(traced, source, missing, ways):
    assert traced(source) == (missing, ways)


def test_conditions_that_lines_cannot_tell_are_left_out():
    source = "if x: y = 1\nwhile True:\n    break\nz = 1 if x else 2\nassert x and y\n[n for n in z if n]\n"
    assert list(branches_of(ast.parse(source))) == []


def test_lines_are_those_in_which_code_starts():
    head = '"""Words."""\n\n# a comment\nx = (\n    1,\n    2,\n)\n\n'
    source = f'{head}def f():\n    """More."""\n    return [\n        n for n in x\n    ]\n'
    assert {1, 4, 9, 11, 12} <= lines_of(compile(source, "solution.py", "exec")) <= {1, 4, 9, 11, 12, 13}
