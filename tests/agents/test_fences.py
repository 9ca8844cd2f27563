import time

import pytest

from aiev_agents.fences import fenced_blocks, language_of

DOC = 'def f():\n  """Say one.\n\n  ```{0}\n  f()\n  ```\n  """\n  return 1'
TWO = ["def f():\n    return 1", "assert f() == 1"]


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("a\r\n```python\r\nx = 1\r\ny = 2\r\n```\r\nb", ["x = 1\ny = 2"]),
        (
            "1. Do.\n\n   ```python\n   def f():\n       return 1\n   ```\n2. T\n   ```py\n   assert f() == 1\n   ```",
            TWO,
        ),
        ("- Do:\n      ```python\n      def f():\n          return 1\n      ```", TWO[:1]),
        ("> So:\n> ```python\n> def f():\n>     return 1\n> ```\nend", TWO[:1]),
        ("\t```python\n\tdef f():\n\t    return 1\n\t```", TWO[:1]),
        ("```python\nx = 1\n`````\nb", ["x = 1"]),
        ("~~~python\nx = '```'\n~~~", ["x = '```'"]),
        ("````python\nx = '''\n```\n'''\n````", ["x = '''\n```\n'''"]),
        ("```python\nx = '\x00'\n```", ["x = '\x00'"]),
        ("a ``` b ``` c and ```python x```", []),
    ],
)
def test_blocks_are_those_of_commonmark(text, bodies):
    assert [block.body for block in fenced_blocks(text)] == bodies


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        (f"```markdown\n```python\n{TWO[0]}\n```\nTests:\n```python\n{TWO[1]}\n```\n```\n\nThis works.", TWO),
        (f"````md\n```python\n{TWO[0]}\n```\n````\nTests:\n```python\n{TWO[1]}\n```", TWO),
        (f"```python\n{DOC.format('')}\n```\nTests:\n```python\nassert f()\n```", [DOC.format(""), "assert f()"]),
        (f"```python\n{DOC.format('py')}\n```", [DOC.format("py")]),
        (f"So:```python\n{TWO[0]}\n```", TWO[:1]),
        (f"Call `f()` as in ```python\n{TWO[0]}\n```", TWO[:1]),
        ("```python def f():\n    return 1\n```", TWO[:1]),
        (f"```python\n{TWO[0]}```\nTests:\n```python\n{TWO[1]}\n```", TWO),
        (f"```python\n{TWO[0]}\n```Tests:\n```python\n{TWO[1]}\n```", TWO),
        (f"```python\n{TWO[0]}\n\nUnit tests:\n```python\n{TWO[1]}\n```", TWO),
        (f"```python\n{TWO[0]}\n```<|im_end|>", TWO[:1]),
        ("1. Do:\n   ```python\ndef f():\n    return 1\n   ```\nDone.", TWO[:1]),
    ],
)  # fmt: skip
def test_what_models_write_beyond_commonmark_is_understood(text, bodies):
    blocks = fenced_blocks(text)
    assert [block.body for block in blocks] == bodies
    assert all(block.closed for block in blocks)


def test_a_block_that_the_text_ends_in_is_open():
    assert [block.closed for block in fenced_blocks("```\na\n```\n```python\nassert f(")] == [True, False]


def test_a_block_knows_its_place_and_the_prose_above_it():
    text = "One.\nTwo:\r\n```py a\r\nx\r\n```\r\nEnd."
    (block,) = fenced_blocks(text)
    assert (text[block.start : block.end], block.above) == ("```py a\r\nx\r\n```", "Two:")
    assert block.rendered == "```py a\nx\n```"


@pytest.mark.parametrize(
    ("info", "language"),
    [
        *((info, "python") for info in ('python title="x.py"', "{.python}", "Python3", "py", "{python}", "py:a")),
        *((info, "python") for info in ("python3.11", "language-python", "solution.py", "{.python .lines}", "python=")),
        *[("c++17", "cpp"), ("js {1,3}", "javascript"), ("C#", "c#"), ("", "")],
    ],
)
def test_a_language_is_read_from_all_ways_to_name_it(info, language):
    assert language_of(info) == language


@pytest.mark.parametrize(
    "text",
    ["> " * 9000, "- " * 9000, "```python\ndef f(:\n```\na\n" * 1000, "a:```python\n" * 1000, "`" * 50_000 + "\n```"],
)
def test_hostile_text_is_read_in_seconds(text):
    began = time.monotonic()
    fenced_blocks(text + "\n```\n```")
    assert time.monotonic() - began < 10
