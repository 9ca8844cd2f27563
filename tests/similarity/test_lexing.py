import numpy as np
import pytest

from aiev.similarity.lexing import COMMENT, FIXED, KIND, LAYOUT, LONG_STRING, NAME, TEXT, lex, number_of


def kinds(text, language="python"):
    return (lex([text], language)[0] & KIND).tolist()


def test_tokens_are_told_apart():
    assert kinds("x = f(1)  # why") == [NAME, FIXED, NAME, LAYOUT, FIXED, LAYOUT, COMMENT]
    assert kinds('def f():\n    """Doc."""') == [FIXED, NAME, LAYOUT, LAYOUT, FIXED, LONG_STRING]


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("x='a'", 'x = "a"', "python"),
        ("x = f'{y}'", 'x = f"{y}"', "python"),
        ('s = "# no comment"', "s = '# no comment'", "python"),
        ("a/b // c", "a / b", "go"),
        ("x /* y\n z */ = 1", "x = 1", "java"),
        ('u = "http://x"; // y', 'u = "http://x" ;', "javascript"),
        ("echo ${#x} # c", "echo ${#x}", "bash"),
        ("Sort A, list!", "sort a list", TEXT),
    ],
)
def test_layout_quotes_and_comments_do_not_matter(one, other, language):
    first, second = (tokens[(tokens & KIND) != COMMENT] for tokens, _ in (lex([one], language), lex([other], language)))
    assert first.tolist() == second.tolist()


@pytest.mark.parametrize(("text", "language"), [("a/b", "go"), ("x = 'a#b'", "python"), ("a=$#", "bash")])
def test_what_only_looks_like_a_comment_is_none(text, language):
    assert COMMENT not in kinds(text, language)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("x.y1.z", ["x", ".", "y1", ".", "z"]),
        ("1.5+x", ["1.5", "+", "x"]),
        ("a[1:]==b", ["a", "[", "1", ":", "]", "==", "b"]),
        ("f(*x)->y!=z", ["f", "(", "*", "x", ")", "->", "y", "!=", "z"]),
        ("x:=(y)=3", ["x", ":=", "(", "y", ")", "=", "3"]),
        ("rb'a' f''", ["'a'", "''"]),
        ("xb'a'", ["xb", "'a'"]),
    ],
)
def test_source_is_cut_where_its_tokens_are(text, tokens):
    assert lex([text], "python")[0].tolist() == [number_of(token) for token in tokens]


def test_a_text_is_lexed_alike_in_any_company():
    texts = ["x = 'a\\", '"""never closed \\', "", "// a\n/* b", "y # z", "\u00dc", "w" * 150_000, "`t"]
    for language in ("python", "bash", "go", TEXT):
        tokens, starts = lex(texts, language)
        for row, text in enumerate(texts):
            assert tokens[starts[row] : starts[row + 1]].tolist() == lex([text], language)[0].tolist()


def test_each_text_has_its_own_tokens():
    tokens, starts = lex(["a b", "", "c"], "python")
    assert starts.tolist() == [0, 2, 2, 3]
    assert tokens.tolist() == [number_of("a"), number_of("b"), number_of("c")]


@pytest.mark.parametrize("text", ['"""never closed', "'", '"' * 9, "\\" * 7, "\ud800 = 'x'", "é = ñ", "\0", "f'" * 50])
def test_broken_texts_have_tokens_all_the_same(text):
    for language in ("python", "bash", "rust", TEXT):
        tokens, starts = lex([text, "x"], language)
        assert tokens[starts[1]] & ~KIND == np.uint64(number_of("x")) & ~KIND


def test_a_long_hostile_line_takes_no_long_time():
    for text in (
        '"' + "\\" * 200_000,
        "'''" + '"' * 200_000,
        "/*" * 100_000,
        "`" * 99_999,
        "(" * 200_000,
        "'" + "\\'" * 99_999,
    ):
        for language in ("python", "bash", "go"):
            lex([text], language)
