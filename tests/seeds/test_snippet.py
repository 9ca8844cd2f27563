import pytest

from aiev.seeds.snippet import FUNCTION, PROBLEM, Snippet

SNIPPET = Snippet(FUNCTION, "def f(): ...", 7, name="f", path="a.py", licence="MIT", repository="r", revision="c")


def test_the_id_never_changes():
    assert SNIPPET.id == "78a8df98cf0e0e71"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Snippet(FUNCTION, "def f(): ...", 9, name="g", path="b.py"), True),
        (Snippet(PROBLEM, "def f(): ..."), False),
        (Snippet(FUNCTION, "def f(): ...", language="go"), False),
        (Snippet(FUNCTION, "def f(): ... "), False),
    ],
)
def test_the_id_depends_on_kind_language_and_text_alone(other, same):
    assert (other.id == SNIPPET.id) is same


def test_a_stored_seed_is_the_same_snippet_with_its_line_in_the_path():
    record = SNIPPET.record()
    assert record.source == "a.py:7"
    assert Snippet.of(record).record() == record
