import time

import pytest
from support.terminal import shown

from aiev.store.reading.listing import Filters
from aiev.view.terminal import conversations as view


def test_a_conversation_shows_roles_verdicts_and_what_the_repair_changed(reader):
    text = shown(view.conversation_view(reader.conversation("c0"), reader))
    for part in (
        "accepted",
        "model-x",
        "licence unknown",
        "user · questioner",
        "interpreter · docker · round 1 · error",
        "round 2 · ok · 1 assertions held",
        "assistant · programmer · train",
        "changes from round 1 to 2",
        "-    return 1",
        "+    return 2",
    ):
        assert part in text, part


def test_hostile_text_is_inert_and_cut(reader):
    text = shown(view.conversation_view(reader.conversation("c0"), reader))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[bold]markup[/bold]" in text
    assert "\\x1b[31mred" in text
    assert len(text) < 20_000


def test_a_reply_of_unclosed_fences_is_shown_in_time():
    start = time.perf_counter()
    parts = list(view._parts("```x\n" * 20_000))
    assert time.perf_counter() - start < 2
    assert len(parts) == 1


def test_prose_and_code_stay_apart_and_a_cut_reply_keeps_its_code():
    parts = list(view._parts("one\n```python\nx = 1\n```\ntwo\n```bash\npip"))
    assert [(type(part).__name__, getattr(part, "code", None) or part.plain) for part in parts] == [
        ("Text", "one"),
        ("Syntax", "x = 1"),
        ("Text", "two"),
        ("Syntax", "pip"),
    ]


@pytest.mark.parametrize(
    ("fence", "lexer"), [("js", "JavaScript"), ("c++", "C++"), ("rs", "Rust"), ("json", "JSON"), ("cobol", "Text only")]
)
def test_code_is_coloured_by_the_language_of_its_fence(fence, lexer):
    _, part = view._parts(f"one\n```{fence}\nx\n```")
    assert part.lexer.name == lexer


def test_the_list_names_each_conversation_with_its_verdicts(reader):
    text = shown(view.conversation_list(reader.conversations(Filters())))
    assert "c0ffee" in text
    assert "error ok" in text
    assert "no conversations" in shown(view.conversation_list([]))
