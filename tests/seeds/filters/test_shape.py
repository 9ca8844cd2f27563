import pytest
from support.filtering import python, verdict


@pytest.mark.parametrize(
    ("body", "gives"),
    [
        ("return x", True),
        ("if x: return x", True),
        ("yield x", True),
        ("yield from x", True),
        ("return", False),
        ("print('yield and return')", False),
        ("text = '''\n    return x\n    '''\n    print(text)", False),
        ("print(x)  # return x", False),
        ("def inner():\n        return 1\n    print(inner)", True),
    ],
)
def test_a_result_is_returned_or_yielded_not_mentioned(body, gives):
    for doc in ('"""D."""', "'D.'", '"""Return x.\n\n    return it\n    """'):
        found = verdict("returns_value", python(f"def f(x):\n    {doc}\n    {body}"))
        assert found == (None if gives else ("no_return_value", "")), doc
