import pytest
from support.filtering import python

from aiev.seeds.filters.type_check import TypeCheck
from aiev.seeds.snippet import Snippet


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_a_type_checker_drops_what_it_finds_an_error_in(checker):
    if checker == "pyright":
        pytest.importorskip("basedpyright", reason="Pyright is not installed")
    batch = [
        python("def f(x: int) -> int:\n    return x + 1"),
        python("def f(x: int) -> int:\n    return x + 'one'"),
        python("def f(x):\n    import numpy as np\n    return np.zeros(x)"),
        python("def f(x) -> int:\n    return undefined(x)"),
        Snippet("function", "func F() {}", 1, language="go"),
        python("def f(:"),
    ]
    found = TypeCheck(checker).judge(batch)
    assert [drop.reason if drop else None for drop in found] == [None, "type_error", None, "type_error", None, None]
    assert "undefined" in found[3].detail
