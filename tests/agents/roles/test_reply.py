import pytest

from aiev_agents.errors import ReplyError
from aiev_agents.languages.python import split_source
from aiev_agents.roles.reply import code_of, parse_reply, prose_of, with_tests

SEPARATE = """Add them.

```bash
pip install numpy
```

```python
def add(a, b):
    return a + b
```

Unit tests:
```python
assert add(1, 2) == 3
```
Done."""


def test_separate_blocks_are_told_apart():
    reply = parse_reply(SEPARATE)
    assert reply.install == "pip install numpy"
    assert reply.program == "def add(a, b):\n    return a + b"
    assert reply.tests == "assert add(1, 2) == 3"


def test_one_block_is_divided_at_its_statements():
    source = "import unittest\n# adds\ndef add(a, b):\n    return a + b\n\ndef test_add():\n    assert add(1, 2) == 3\n"
    program, tests = split_source(source)
    assert program == "# adds\ndef add(a, b):\n    return a + b"
    assert tests == "import unittest\n\ndef test_add():\n    assert add(1, 2) == 3"


@pytest.mark.parametrize(
    "tests",
    [
        "class T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(f(1), 1)",
        "if __name__ == '__main__':\n    assert f(1) == 1",
        "for n in range(3):\n    assert f(n) == n",
        "assert f(1) == 1",
    ],
)
def test_each_form_of_tests_leaves_the_solution_alone(tests):
    reply = parse_reply(f"```python\ndef f(x):\n    return x\n\n{tests}\n```")
    assert reply.program == "def f(x):\n    return x"
    assert reply.tests == tests


def test_several_solution_blocks_are_joined():
    reply = parse_reply(
        "```python\nimport math\n```\n```python\ndef f(): return math.pi\n```\n```python\nassert f() > 3\n```"
    )
    assert reply.program == "import math\n\ndef f(): return math.pi"


def test_a_solution_inside_the_test_block_is_found():
    reply = parse_reply("```python\ndef f(): return 1\nassert f() == 1\n```\n```python\nassert f() != 2\n```")
    assert reply.program == "def f(): return 1"
    assert reply.tests == "assert f() == 1\n\nassert f() != 2"


def test_an_unclosed_block_reaches_to_the_end():
    assert parse_reply("```python\ndef f():\n    return 1").program == "def f():\n    return 1"


def test_a_solution_that_does_not_parse_goes_to_the_interpreter_whole():
    assert parse_reply("```python\ndef f( return 1\n```").program == "def f( return 1"


def test_a_reply_without_tests_has_none():
    assert parse_reply("```python\ndef f(): return 1\n```").tests == ""


@pytest.mark.parametrize(
    "text",
    ["", "I cannot.", "```bash\npip install x\n```", "```python\n\n```", "```python\nassert f() == 1\n```"],
)
def test_a_reply_without_a_program_says_what_is_missing(text):
    with pytest.raises(ReplyError, match=r"```python"):
        parse_reply(text)


@pytest.mark.parametrize(
    "line",
    [
        "!pip install six",
        "%pip install -q six",
        "pip install six",
        "!{sys.executable} -m pip install six",
        "!uv add six",
    ],
)
def test_an_install_line_of_a_notebook_is_no_part_of_the_program(line):
    reply = parse_reply(f"```python\n{line}\n%matplotlib inline\nimport six\n```\n```python\nassert six.PY3\n```")
    assert reply == (line, "import six", "assert six.PY3")


def test_a_docstring_that_speaks_of_an_installation_stays():
    source = '"""Needs\npip install six\n"""\nimport six'
    assert parse_reply(f"```python\n{source}\n```\n```python\nassert six\n```")[:2] == ("", source)


@pytest.mark.parametrize("language", ["", "python", "sh"])
def test_a_block_that_only_installs_is_an_install_block_whatever_it_is_called(language):
    block = f"```{language}\npip install six \\\n  toolz\n```\n"
    reply = parse_reply(f"{block}```python\nx = 1\n```\n```python\nassert x\n```")
    assert reply == ("pip install six \\\n  toolz", "x = 1", "assert x")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("```python\nassert f(1) == 2\n```", "assert f(1) == 2"),
        ("Tests:\n```python\na = 1\n```\nand\n```\nb = 2\n```", "a = 1\n\nb = 2"),
        ("```bash\npip install x\n```", ""),
        ("assert f(1) == 2", ""),
    ],
)
def test_all_code_of_a_reply_is_found_without_telling_program_from_tests(text, code):
    assert code_of(text) == code


TESTED = "assert f(1) == 1\nassert f('') == 2"
REPLY = f"An idea.\n\n```python\ndef f(x):\n    return x\n```\n\nTests:\n```python\n{TESTED}\n```"


def test_prose_is_what_stands_outside_of_blocks():
    assert prose_of(REPLY).split() == ["An", "idea.", "Tests:"]


def test_a_reply_can_be_shown_with_the_tests_that_ran():
    shown = with_tests(REPLY, "assert f(1) == 1\n")
    assert "assert f(1) == 1\n```" in shown
    assert "f('')" not in shown
    assert with_tests(REPLY, TESTED) == REPLY
    assert with_tests("no block", "x") == "no block"
