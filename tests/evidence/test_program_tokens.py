import pytest

from aiev.evidence.program_tokens import program_tokens


@pytest.mark.parametrize(
    ("first", "second", "language"),
    [
        ("def f(x):\n    return x\n", "def f( x ):\n\n    # the same\n    return x", "python"),
        ("def f(x):\n    return x\n", 'def f(x):\n    """Return x."""\n    return x\n', "python"),
        ("function f(x) { return x; }", "function f(x) {\n  // x\n  return x;\n}", "javascript"),
        ("int f(int x) { return x; }", "int f(int x)\n{ /* x */ return x; }", "cpp"),
    ],
)
def test_layout_and_comments_do_not_count(first, second, language):
    assert program_tokens(first, language) == program_tokens(second, language)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("x = 'a b'", "x = 'a  b'"),
        ("x = 1", "x = 2"),
        ("if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n"),
    ],
)
def test_everything_else_counts(first, second):
    assert program_tokens(first, "python") != program_tokens(second, "python")
