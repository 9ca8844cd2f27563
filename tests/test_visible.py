import pytest

from aiev.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202eb\u2066", "a\\u202eb\\u2066"),
        ("\U000e0041\u200b\ufeff", "\\U000e0041\\u200b\\ufeff"),
        ("\ud83d", "\\ud83d"),
        ("a\rb\r\nc", "a\\x0db\nc"),
        ("naïve\t日本\n👩\u200d🚀 \u05e9", "naïve\t日本\n👩\u200d🚀 \u05e9"),
    ],
)
def test_what_is_unseen_is_shown_and_all_else_stays(text, shown):
    assert visible(text) == shown
