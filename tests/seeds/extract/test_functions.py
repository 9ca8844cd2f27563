"""Which documented functions are found, in every language."""

import pytest
from support.documented import KEPT, source

from aiev.seeds.extract.functions import documented_functions
from aiev.seeds.extract.languages import RULES

GOOD = 'def twice(x):\n    """Return 2 * x."""\n    return 2 * x\n'

SOURCE = f'''{GOOD}

def quiet(x):
    return x


@property
def marked(x):
    """Decorated."""
    return x


class C:
    def method(self):
        """Not top-level."""
        return 1
'''


def test_documented_top_level_functions_are_found_with_name_and_line():
    found = list(documented_functions(SOURCE))
    assert [(snippet.name, snippet.line) for snippet in found] == [("twice", 1), ("marked", 10)]
    assert found[1].content.startswith("@property\n")


@pytest.mark.parametrize("language", RULES)
def test_a_function_without_documentation_is_none(language):
    lines = KEPT[language].splitlines()
    code = "\n".join(line for line in lines if not line.lstrip().startswith(("/", "*", "#")))
    for comment in ("", "/* plain */\n" if language in {"javascript", "java"} else ""):
        assert list(documented_functions(source(language, comment + code), language)) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("rust", "fn f(x: u8) -> u8 {\n    //! Inside.\n    x\n}\n"),
        ("go", "package a\n\n/* F\ndoes */\nfunc F() {}\n"),
        ("cpp", "/*! Does. */\nint f(int x) { return x; }\n"),
        ("cpp", '#ifdef A\nextern "C" {\n//! Does.\nint f(int x) { return x; }\n}\n#endif\n'),
    ],
)
def test_other_forms_of_documentation_count(language, text):
    assert len(list(documented_functions(text, language))) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("bash", "#!/bin/bash\nf() { echo 1; }\n"),
        ("go", "package a\n\n//go:noinline\nfunc F() {}\n"),
        ("go", "package a\n\nvar x = 1 // one\nfunc F() {}\n"),
        ("go", "package a\n\n// Far away.\n\nfunc F() {}\n"),
        ("javascript", "/** On a constant. */\nconst x = 1;\n\nfunction f() {}\n"),
        ("cpp", "//////////////\nint f(int x) { return x; }\n"),
    ],
)
def test_what_only_stands_near_is_no_documentation(language, text):
    assert list(documented_functions(text, language)) == []
