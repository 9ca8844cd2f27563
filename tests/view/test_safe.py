import pytest

from aiev.view.safe import safe


def test_safe_keeps_newlines_and_tabs():
    assert safe("a\tb\nc\r\nd") == "a\tb\nc\nd"
    assert safe("\u202egpj.exe") == "\\u202egpj.exe"


@pytest.mark.parametrize("character", ["\x1b", "\x9b", "\r", "\x00", "\u061c", "\u2028", "\ud800"])
def test_no_character_that_steers_a_terminal_or_cannot_be_encoded_comes_through(character):
    assert safe(character) == ascii(character)[1:-1].replace("\\r", "\\x0d")


def test_a_line_of_ten_megabytes_is_cut_with_a_mark():
    shown = safe("x" * 10_000_000)
    assert len(shown) < 3000
    assert "characters cut]" in shown
