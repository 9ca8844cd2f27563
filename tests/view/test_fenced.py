import pytest

from aiev.view.fenced import blocks


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\nb", [(None, ["a", "b"])]),
        ("a\n```PY\nx\n```\nb", [(None, ["a"]), ("py", ["x"]), (None, ["b"])]),
        ("```\nx", [(None, []), ("", ["x"])]),
        ("```c++\nx\n```  \n", [(None, []), ("c++", ["x"]), (None, [""])]),
        ("```a\n```b\n```", [(None, []), ("a", ["```b"]), (None, [])]),
    ],
)
def test_prose_and_code_come_in_order(text, found):
    assert list(blocks(text)) == found
