import pytest

from aiev.view.fenced import blocks


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\nb", [(None, "a\nb")]),
        ("a\n```PY\nx\n```\nb", [(None, "a\n"), ("python", "x"), (None, "\nb")]),
        ("```\nx", [(None, ""), ("", "x"), (None, "")]),
        ("````\n```\n````\n", [(None, ""), ("", "```"), (None, "\n")]),
        ("```a\n```b\n```", [(None, ""), ("a", "```b"), (None, "")]),
    ],
)
def test_prose_and_code_come_in_order(text, found):
    assert list(blocks(text)) == found
