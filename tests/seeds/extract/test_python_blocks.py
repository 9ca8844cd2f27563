import pytest

from aiev.seeds.extract.functions import documented_functions
from aiev.seeds.extract.python_blocks import documented_blocks

HEAD = 'def f(x):\n    """Say it."""\n'

PLAIN = HEAD + "    return x"


def taken(text):
    return [found.content for found in documented_functions(text)]


@pytest.mark.parametrize(
    ("text", "function"),
    [
        (PLAIN + "\n", PLAIN),
        (PLAIN + "\n\n\n# ----\n# a comment of the next\n\n\ndef g(): pass\n", PLAIN),
        (f"import os\n\n@os.register\n{PLAIN}\n\nx = 1\n", f"@os.register\n{PLAIN}"),
        (HEAD, HEAD.rstrip()),
        ("def f(x: str = ':\"') -> \"str\":\n    '''Say it.'''\n    return x\n", None),
        (HEAD + "    return (\n        x\n)\n\ny = 2\n", HEAD + "    return (\n        x\n)"),
        (HEAD + "    return '''\n# text\n'''\n", HEAD + "    return '''\n# text\n'''"),
    ],
)
def test_a_function_whose_end_is_plain_is_told_by_its_head(text, function):
    assert taken(text) == [text.rstrip() if function is None else function]


def test_only_the_head_of_a_plain_function_is_parsed():
    (block,) = documented_blocks(f"{PLAIN}\n\n# more\n".encode())
    assert (block.start, block.head, block.end) == (0, len(HEAD) - 1, len(PLAIN))


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "    return x  # why\n",
        HEAD + "    return x\n    # no more\n",
        HEAD + "    return x;\n",
        'def f(x):\n    """Say \\"it\\"."""\n    return x\n',
        'def f(x):\n    """Say it."""; return x\n',
        "def f(x):\n    'Say it.'\n    return x\n",
    ],
)
def test_where_the_text_leaves_doubts_the_whole_block_is_parsed(text):
    (block,) = documented_blocks(text.encode())
    assert block.head == 0
    (found,) = taken(text)
    assert text.startswith(found)


@pytest.mark.parametrize("rest", [' "and more"', ".format(1)", " % 2"])
def test_a_string_that_goes_on_behind_its_quotes_is_no_documentation(rest):
    assert taken(f'def f(x):\n    """Say it."""{rest}\n    return x\n') == []
