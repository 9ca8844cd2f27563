"""What counts as a test of a Python program, and what cannot talk the judge round. On each real backend."""

import pytest

from aiev_interpreter import Limits, Verdict

ADD = "def add(a, b):\n    return a + b\n"
STACK = """class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        if not self.items:
            raise IndexError("empty")
        return self.items.pop()

    def __len__(self):
        return len(self.items)
"""
CASE = "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n"

HONEST = {
    "guard-that-raises": (ADD, "total = add(1, 2)\nif total != 3:\n    raise RuntimeError(f'got {total}')\n"),
    "guard-that-exits": (ADD, "import sys\nif not add(1, 2) == 3:\n    print('bad')\n    sys.exit(1)\n"),
    "guard-with-else": (ADD, "if add(1, 2) == 3:\n    print('fine')\nelse:\n    raise SystemExit('wrong')\n"),
    "exit-0-at-the-end": (ADD, "import os, sys\nassert add(2, 2) == 4\nsys.exit(0 if add(0, 0) == 0 else 1)\n"),
    "expected-error": (
        STACK,
        "s = Stack()\ntry:\n    s.pop()\n    assert False, 'no error'\nexcept IndexError:\n    pass\n",
    ),
    "expected-error-else": (
        STACK,
        "try:\n    Stack().pop()\nexcept IndexError as e:\n    print(e)\nelse:\n    raise AssertionError\n",
    ),
    "runner-whose-result-nobody-reads": (
        ADD,
        CASE + "        self.assertEqual(add(1, 2), 3)\n"
        "unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(T))\n",
    ),
    "expected-failure": (
        ADD,
        (
            "import unittest\nclass T(unittest.TestCase):\n    @unittest.expectedFailure\n    def test_no(self):\n"
            "        self.assertEqual(add(1, 2), 4)\n    def test_yes(self):\n        self.assertEqual(add(1, 2), 3)\n"
        ),
    ),
    "doctest-of-the-program": (
        'def sq(x):\n    """\n    >>> sq(3)\n    9\n    """\n    return x * x\n',
        "import doctest\nassert doctest.testmod().failed == 0\n",
    ),
    "doctest-that-nobody-asks": (
        "def sq(x):\n    return x * x\n",
        '"""\n>>> sq(4)\n16\n"""\nimport doctest\ndoctest.testmod()\n',
    ),
    "fixtures-without-import": (
        "def hi():\n    print('hi')\n",
        "def test_hi(capsys, tmp_path, monkeypatch):\n    hi()\n    assert capsys.readouterr().out == 'hi\\n'\n",
    ),
    "set-up-of-a-class": (
        STACK,
        (
            "class TestStack:\n    @classmethod\n    def setup_class(cls):\n        cls.stack = Stack()\n"
            "    def test_push(self):\n        self.stack.push(5)\n        assert self.stack.pop() == 5\n"
        ),
    ),
    "set-up-of-the-module": (
        STACK,
        "def setup_module():\n    global s\n    s = Stack()\ndef test_len():\n    assert len(s) == 0\n",
    ),
    "parametrised-class": (
        ADD,
        (
            "import pytest\n@pytest.mark.parametrize('n', [1, 2])\nclass TestAdd:\n    def test_double(self, n):\n"
            "        assert add(n, n) == 2 * n\n"
        ),
    ),
    "changed-global": (
        "count = 0\ndef tick():\n    global count\n    count += 1\n",
        "tick()\ntick()\nassert count == 2\n",
    ),
    "global-set-by-the-tests": (
        "limit = 1\ndef over(x):\n    return x > limit\n",
        "limit = 10\nassert over(5) is False\nassert over(11) is True\n",
    ),
    "patch-of-main": (
        "def now():\n    return 1.0\ndef stamp():\n    return int(now())\n",
        "from unittest.mock import patch\nwith patch('__main__.now', return_value=7.5):\n    assert stamp() == 7\n",
    ),
    "from-main": (
        ADD,
        "from __main__ import add as plus\nimport solution\nassert plus(1, 1) == 2 and solution.add is plus\n",
    ),
    "dotted-import": (
        ADD,
        "import pkg.sub.mod\nfrom pkg.sub.mod import add as plus\nassert pkg.sub.mod.add(1, 2) == plus(2, 1) == 3\n",
    ),
    "relative-import": (ADD, "from .calc import add\nassert add(1, 2) == 3\n"),
    "version": ("__version__ = '1.2'\n", "assert __version__ == '1.2'\n"),
    "byte-order-mark": ("\ufeff" + ADD, "\ufeffassert add(1, 2) == 3\n"),
    "generator": ("def count(n):\n    yield from range(n)\n", "assert list(count(3)) == [0, 1, 2]\n"),
    "coroutine": (
        "import asyncio\nasync def double(x):\n    return 2 * x\n",
        "import asyncio\nassert asyncio.run(double(4)) == 8\n",
    ),
    "cached": (
        "import functools\n@functools.cache\ndef fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n",
        "assert fib(30) == 832040\n",
    ),
    "property-and-eq": (
        (
            "class P:\n    def __init__(self, x):\n        self.x = x\n    def __eq__(self, o):\n"
            "        return isinstance(o, P) and o.x == self.x\n    @property\n    def double(self):\n"
            "        return 2 * self.x\n"
        ),
        "assert P(2) == P(2)\nassert P(2) != P(3)\nassert P(4).double == 8\n",
    ),
    "dataclass": (
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass P:\n    x: int = 0\n",
        "assert P(3).x == 3\nassert P() == P(0)\n",
    ),
    "enum": (
        "from enum import Enum\nclass C(Enum):\n    RED = 1\n",
        "assert C.RED.value == 1\nassert C['RED'] is C.RED\n",
    ),
    "script-that-writes": ("open('out.txt', 'w').write('5')\n", "assert open('out.txt').read() == '5'\n"),
    "script-that-is-run": (
        "import sys\nif __name__ == '__main__':\n    print(int(sys.stdin.read()) * 2)\n",
        (
            "import subprocess, sys\ndone = subprocess.run([sys.executable, 'solution.py'], input='4', "
            "capture_output=True, text=True)\nassert done.stdout == '8\\n', done.stderr\n"
        ),
    ),
    "single-dispatch": (
        (
            "import functools\n@functools.singledispatch\ndef show(x):\n"
            "    return 'other'\n@show.register\ndef _(x: int):\n"
            "    return 'int'\n"
        ),
        "assert show(1) == 'int'\nassert show('') == 'other'\n",
    ),
    "another-name-for-a-builtin": ("import operator\nplus = operator.add\n", "assert plus(1, 2) == 3\n"),
    "enum-with-a-method": (
        "from enum import Enum\nclass C(Enum):\n    RED = 1\n    def lower(self):\n        return self.name.lower()\n",
        "assert C.RED.value == 1\n",
    ),
    "class-without-constructor": (
        "class Solution:\n    def double(self, x):\n        return 2 * x\n",
        "assert Solution().double(2) == 4\n",
    ),
    "match-of-a-pattern": (
        "def token():\n    return 'a1'\n",
        "import re\nassert re.fullmatch('[a-z][0-9]', token())\n",
    ),
    "property-alone": (
        "def flip(s):\n    return s[::-1]\n",
        "for s in ('ab', 'xyz'):\n    assert flip(flip(s)) == s\n",
    ),
    "a-value-that-only-holds-types": (
        STACK,
        "s = Stack()\nfor n in range(3):\n    s.push(n)\nassert len(s) == 3\nassert isinstance(s, Stack)\n",
    ),
}

WORTHLESS = {
    "tuple": (ADD, "assert (add(1, 2) == 9, 'sum')\n"),
    "not-none": (ADD, "assert add(1, 2) is not None\n"),
    "expected-from-itself": (
        ADD,
        "table = {n: add(n, 1) for n in range(3)}\nfor n, want in table.items():\n    assert add(n, 1) == want\n",
    ),
    "type-alone": (STACK, "assert isinstance(Stack(), Stack)\nassert hasattr(Stack(), 'push')\n"),
    "redefined": (ADD, "def add(a, b):\n    return 3\nassert add(1, 2) == 3\n"),
    "any-error-will-do": (ADD, "try:\n    add(1)\n    assert False\nexcept:\n    pass\n"),
    "wrong-arity": (ADD, "import pytest\nwith pytest.raises(TypeError):\n    add()\n"),
    "skipped": (
        ADD,
        (
            "import pytest\n@pytest.mark.skip\ndef test_a():\n    assert add(1, 2) == 4\ndef test_b():\n"
            "    assert 1 + 1 == 2\n"
        ),
    ),
    "assert-that-does-nothing": (ADD, "def assert_equals(a, b):\n    pass\nassert_equals(add(1, 2), 4)\n"),
    "mocked-away": (ADD, "from unittest.mock import Mock\nadd = Mock(return_value=3)\nassert add(1, 2) == 3\n"),
    "range-of-a-type": (ADD, "assert add(1, 2) < float('inf')\n"),
    "endless-beside-a-trivial-one": (ADD, "n = 0\nwhile n < 3:\n    n = add(n, 1)\nassert True\n"),
}

CHEATING = {
    "equals-in-a-list": (
        "class E:\n    def __eq__(self, o):\n        return True\ndef f():\n    return [[E()]]\n",
        "assert f() == [[1]]\n",
    ),
    "equals-numbers-only": (
        (
            "class E(float):\n    def __eq__(self, o):\n        return isinstance(o, (int, float))\n"
            "    __hash__ = float.__hash__\n"
            "def f():\n    return E(0)\n"
        ),
        "assert f() == 3.5\n",
    ),
    "any-in-a-dict": (
        "from unittest import mock\ndef f():\n    return {'a': (mock.ANY,)}\n",
        "assert f() == {'a': (1,)}\n",
    ),
    "contains-everything": (
        "class E:\n    def __contains__(self, o):\n        return True\ndef f():\n    return E()\n",
        "assert 3 in f()\n",
    ),
    "ordered-both-ways": (
        (
            "class E:\n    def __lt__(self, o):\n        return True\n    __gt__ = __le__ = __ge__ = __lt__\n"
            "def f():\n    return E()\n"
        ),
        "assert f() < 3\nassert f() > 1\n",
    ),
    "length": (
        "class E(dict):\n    def __len__(self):\n        return 2\ndef f():\n    return E()\n",
        "assert len(f()) == 2\n",
    ),
    "skips": (
        "import unittest\ndef f(x):\n    raise unittest.SkipTest('later')\n",
        CASE + "        self.assertEqual(f(1), 2)\n",
    ),
    "exits": ("import sys\ndef f(x):\n    sys.exit(0)\n", "assert 1 + 1 == 2\nassert f(1) == 2\n"),
    "reads-its-tests": (
        (
            "import glob\nTEXT = ''.join(open(p).read() for p in glob.glob('/work/*') + glob.glob('/tmp/*'))\n"
            "def f(x):\n    return 42 if '42' in TEXT.replace('return 42', '').replace(\"'42'\", '') else 0\n"
        ),
        "assert f(1) == 42\n",
    ),
    "looks-at-its-caller": (
        "import sys\ndef f(x):\n    return sys._getframe(1).f_locals['want']\n",
        "def test():\n    want = 5\n    assert f(1) == want\n",
    ),
    "looks-through-a-traceback": (
        (
            "def f(x):\n    try:\n        raise ValueError\n    except ValueError as e:\n"
            "        return e.__traceback__.tb_frame.f_back.f_locals['want']\n"
        ),
        "def test():\n    want = 5\n    assert f(1) == want\n",
    ),
    "looks-through-inspect": (
        "import inspect\ndef f(x):\n    return inspect.stack()[1].frame.f_locals['want']\n",
        "def test():\n    want = 5\n    assert f(1) == want\n",
    ),
    "looks-into-main": (
        "import sys\ndef f(x):\n    return vars(sys.modules['__main__']).get('WANT')\n",
        "WANT = 5\nassert f(1) == WANT\n",
    ),
    "patches-late": (
        (
            "import builtins, unittest\ndef f(x):\n    builtins.len = lambda _: 3\n"
            "    unittest.TestCase.assertEqual = lambda *_: None\n"
        ),
        "assert f(1) is None or 1\n" + CASE + "        self.assertEqual(len([]), 3)\n",
    ),
    "patches-a-module": (
        "import json\njson.dumps = lambda o: 'x'\ndef f(x):\n    return ''\n",
        "import json\nassert json.dumps(f(1)) == 'x'\n",
    ),
    "doctest-is-wrong": (
        'def sq(x):\n    """\n    >>> sq(3)\n    10\n    """\n    return x * x\n',
        "import doctest\ndoctest.testmod()\nassert sq(2) == 4\n",
    ),
}


@pytest.fixture
def limits():
    """Wide ones: a cold pytest takes seconds on a busy machine."""
    return Limits(wall_seconds=40.0, cpu_seconds=30.0)


@pytest.mark.parametrize("name", HONEST)
async def test_an_honest_way_to_test_counts(run, name):
    result = await run(*HONEST[name])
    assert result.verdict is Verdict.OK, result


@pytest.mark.parametrize("name", WORTHLESS)
async def test_tests_that_hold_for_any_program_are_no_tests(run, name):
    result = await run(*WORTHLESS[name])
    assert result.verdict is Verdict.NO_TESTS, result


@pytest.mark.parametrize("name", CHEATING)
async def test_a_program_that_cheats_is_not_ok(run, name):
    result = await run(*CHEATING[name])
    assert result.verdict in {Verdict.ERROR, Verdict.NO_TESTS}, result


async def test_the_reason_names_the_assertion(run):
    result = await run(ADD, "assert add(1, 2) is not None")
    assert "`assert add(1, 2) is not None` holds whatever value of the same type the program returns" in result.stderr


async def test_only_assertions_that_depend_on_the_program_are_counted(run):
    result = await run(ADD, "assert True\nassert add(1, 2) == 3\nassert isinstance(add(1, 2), int)\n")
    assert (result.verdict, result.assertions) == (Verdict.OK, 1)


async def test_a_failure_that_the_tests_swallow_is_an_error(run):
    tests = "try:\n    assert add(1, 2) == {}\nexcept AssertionError:\n    print('failed')"
    assert (await run(ADD, tests.format(3))).verdict is Verdict.OK
    result = await run(ADD, tests.format(4))
    assert result.verdict is Verdict.ERROR
    assert "which the tests caught" in result.stderr


async def test_an_object_that_equals_everything_proves_nothing(run):
    program = "class Any:\n    def __eq__(self, other):\n        return True\ndef add(a, b):\n    return Any()"
    assert (await run(program, "assert add(1, 2) == 3")).verdict is Verdict.ERROR
    assert (await run(program, CASE + "        self.assertEqual(add(1, 2), 3)")).verdict is Verdict.ERROR


async def test_what_tests_rely_on_is_put_back_before_they_run(run):
    program = (
        "import builtins, math, sys, unittest\nbuiltins.all = builtins.any = lambda *_: True\n"
        "math.isclose = lambda *_: True\nunittest.TestCase.assertEqual = lambda *_: None\nsys.exit = print\n"
    ) + ADD
    for tests in (
        "assert all([add(1, 2) == 4])",
        "import math\nassert math.isclose(add(1, 2), 4)",
        CASE + "        self.assertEqual(add(1, 2), 4)",
    ):
        assert (await run(program, tests)).verdict is Verdict.ERROR
