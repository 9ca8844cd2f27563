import pytest
from support.filtering import python, verdict

from aiev.seeds.snippet import Snippet


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def f(x):\n    return [y for y in x if (z := y)]", None),
        ("def f(x):\n    def g(y): return x + y\n    return f(g(x))", None),
        (
            "def f(x):\n    match x:\n        case {'a': a, **rest}: return a, rest\n        case [b, *c]: return b, c",
            None,
        ),
        ("def f(x):\n    import re\n    return re.sub('a', 'b', x)", None),
        ("def f(x):\n    return math.sqrt(x)", None),
        ("def f(x):\n    class C:\n        y = 1\n        z = y\n    return C", None),
        ("def f(x):\n    global counter\n    counter = x\n    return x", ("not_self_contained", "counter")),
        ("def f(x: Array) -> Array:\n    return x", ("not_self_contained", "Array")),
        ("@cached\ndef f(x):\n    return x", ("not_self_contained", "cached")),
        ("def f(x, y=DEFAULT):\n    return x", ("not_self_contained", "DEFAULT")),
        ("def f(x):\n    import os.path as p\n    return p.join(x)", ("reaches_outside", "os")),
        ("def f(x):\n    return eval(x)", ("reaches_outside", "eval")),
    ],
)
def test_names_are_a_functions_own_by_the_scopes_of_the_language(code, found):
    assert verdict("self_contained", python(code)) == found


@pytest.mark.parametrize(
    ("code", "module"),
    [
        ("def f(x):\n    import subprocess\n    return x", "subprocess"),
        ("def f(x):\n    from os import path\n    return path", "os"),
        ("def f(x):\n    return sys.argv[x]", "sys"),
        ("def f(x):\n    os = 1\n    return os", None),
        ("def f(x):\n    return 'import sys'", None),
        ("def f(x):\n    return x.os", None),
    ],
)
def test_unwanted_imports_are_selfcodealigns(code, module):
    assert verdict("bad_imports", python(code)) == (("bad_import", module) if module else None)
    assert verdict("bad_imports", python(code), bad_imports=()) is None


def test_lines_of_a_snippet_may_import_too():
    lines = Snippet("snippet", "import re, sys\nx = (", 1, language="python")
    assert verdict("bad_imports", lines) == ("bad_import", "sys")
    assert verdict("parses", lines) is None
