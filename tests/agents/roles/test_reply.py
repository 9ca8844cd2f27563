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


SOLUTION, CHECK = "def f(x):\n    return x", "assert f(1) == 1"
BOTH = f"```python\n{SOLUTION}\n```\nTests:\n```python\n{CHECK}\n```\n"


@pytest.mark.parametrize(
    "other",
    [
        *("Output:\n```\nAll tests passed!\n```", "Output:\n```\n1\n[2, 3]\n```", "```text\nok\n```"),
        *("Signature:\n```\nf(x: int) -> int\n```", "Signature:\n```\ndef f(x: int) -> int: ...\n```"),
        *("```python\n>>> f(2)\n3\n```", "```pycon\n>>> f(2)\n2\n```", "```\n>>> f(2)\n2\n```"),
        *("Usage:\n```python\nprint(f(1))\n```", "Example:\n```python\nx = f(1)\nprint(x)\n```"),
        "Shorter:\n```python\ndef f(x): return (\n```",
    ],
)
def test_what_shows_output_a_signature_or_a_call_is_neither_program_nor_tests(other):
    for text in (f"{BOTH}{other}", f"{other}\n{BOTH}"):
        if "Shorter" not in other or text.startswith("```"):
            assert parse_reply(text)[1:] == (SOLUTION, CHECK)


def test_what_a_session_shows_becomes_tests_where_there_are_no_others():
    shown = (
        ">>> y = 2\n>>> f(y)\n2\n>>> f('a')\n'a'\n>>> f()\nTraceback (most recent call last):\nTypeError\n>>> g(3)\n3"
    )
    tests = "y = 2\nassert (f(y)) == 2\nassert (f('a')) == 'a'\nassert (g(3)) == 3"
    assert parse_reply(f"```python\n{SOLUTION}\n```\n```\n{shown}\n```")[1:] == (SOLUTION, tests)


def test_unlabelled_blocks_are_program_and_tests_where_no_block_has_a_language():
    text = f"```\n{SOLUTION}\n```\nTests:\n```\n{CHECK}\n```\nOutput:\n```\nok\n```"
    assert parse_reply(text)[1:] == (SOLUTION, CHECK)


NAMED = {
    "python": ("def test_p(n):\n    return n > 1", "assert test_p(2)\ntest_p(3)"),
    "javascript": ("const testP = n => n > 1;", "const assert = require('assert');\nassert.ok(testP(2));"),
    "typescript": ("function testP(n: number) { return n > 1; }", "import assert from 'assert';\nassert(testP(2));"),
    "java": ("class FTest { static int f() { return 1; } }", "class Tests { void a() { assert FTest.f() == 1; } }"),
    "cpp": ("bool test_p(int n) { return n > 1; }", "int main() { assert(test_p(2)); }"),
    "rust": ("fn test_p(n: u32) -> bool { n > 1 }", "#[test]\nfn t() { assert!(test_p(2)); }"),
    "go": ("func TestP(n int) bool { return n > 1 }", 'func TestIt(t *testing.T) { if !TestP(2) { t.Error("2") } }'),
    "bash": ("test_p() { echo $(( $1 > 1 )); }", '[ "$(test_p 2)" = 1 ]'),
}  # fmt: skip


@pytest.mark.parametrize("language", NAMED)
def test_a_solution_whose_name_begins_with_test_is_the_program(language):
    program, tests = NAMED[language]
    assert parse_reply(f"```{language}\n{program}\n\n{tests}\n```", language)[1:] == (program, tests)
    apart = f"```{language}\n{program}\n```\nUnit tests:\n```{language}\n{tests}\n```"
    assert parse_reply(apart, language)[1:] == (program, tests)


@pytest.mark.parametrize(
    "tests",
    [
        "def test_f():\n    assert f(1) == 1",
        "def test_f(capsys):\n    assert f(1) == 1",
        "@pytest.mark.parametrize('x', [1])\ndef test_f(x):\n    check(f(x), x)",
        "class TestF:\n    def test_one(self):\n        assert f(1) == 1",
    ],
)
def test_functions_and_classes_that_check_are_tests(tests):
    assert split_source(f"{SOLUTION}\n\n{tests}") == (SOLUTION, tests)


@pytest.mark.parametrize(
    ("language", "first", "last", "tests"),
    [
        ("python", "def f(x):\n    return ''", "def f(x):\n    'Say x.'\n    return 'x'", "assert f(1)"),
        ("python", "def f(x):\n    return -x\n\nassert f(1) == -1", SOLUTION, CHECK),
        ("java", "class A { int f() { return 0; } }", "class A { int f() { return 1; } }", "class Tests {}"),
        ("cpp", "int f() { return 0; }", "int f() { return 1; }", "int main() { assert(f() == 1); }"),
        ("go", "func F() int { return 0 }", "func F() int { return 1 }", "func TestF(t *testing.T) {}"),
        ("rust", "fn f() -> u8 { 0 }", "fn f() -> u8 { 1 }", "#[test]\nfn t() { assert_eq!(f(), 1); }"),
    ],
)  # fmt: skip
def test_of_several_solutions_the_last_one_counts(language, first, last, tests):
    blocks = [f"```{language}\n{body}\n```" for body in (first, last, tests)]
    assert parse_reply("\nBetter:\n".join(blocks), language)[1:] == (last, tests)


def test_what_an_earlier_solution_defines_besides_stays():
    earlier = "```python\ndef g(x):\n    return x\n\ndef f(x):\n    return -g(x)\n```"
    later = "```python\ndef f(x):\n    return g(x)\n```"
    program = parse_reply(f"{earlier}\nThe sign is wrong:\n{later}\n```python\n{CHECK}\n```").program
    assert program == "def g(x):\n    return x\n\ndef f(x):\n    return g(x)"


@pytest.mark.parametrize(
    ("language", "install", "rest", "left"),
    [
        ("python", "    !pip install six", "try:\n    import six\nexcept ImportError:\n{0}", "    pass"),
        ("javascript", "$ npm install lodash", "{0}\nconst _ = require('lodash');", ""),
        ("javascript", "npm i lodash", "{0}\nconst _ = require('lodash');", ""),
        ("typescript", "npm install lodash", "{0}\nimport _ from 'lodash';", ""),
    ],
)
def test_an_install_line_leaves_a_whole_program_in_every_language(language, install, rest, left):
    reply = parse_reply(f"```{language}\n{rest.format(install)}\n```", language)
    assert reply[:2] == (install.strip(), rest.format(left).strip())


def test_tests_that_ran_are_shown_in_a_list_too():
    text = "1. f\n   ```py\n   def f(): return 1\n   ```\n2. g\n   ```py\n   assert f()\n   assert f() == 1\n   ```\n"
    assert parse_reply(with_tests(text, "assert f() == 1")).tests == "assert f() == 1"


def test_a_form_feed_ends_no_line():
    assert split_source(f"{SOLUTION}\n\f\ndef g():\n    '\x85'\n\n{CHECK}")[1] == CHECK
