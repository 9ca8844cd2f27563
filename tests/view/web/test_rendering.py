import pytest

from aiev.view.web import rendering
from aiev.view.web.rendering import code, cut, reply_parts


def test_a_reply_is_prose_and_code_and_all_of_it_is_escaped():
    parts = reply_parts("<b>one</b>\n```python\nx = '<i>'\n```\n```cobol\n<u>\n```")
    assert [(part["code"], part["language"]) for part in parts] == [(False, ""), (True, "python"), (True, "cobol")]
    html = "".join(part["html"] for part in parts)
    assert "&lt;b&gt;one" in html
    assert not {"<b>", "<i>", "<u>"} & set(html.split())
    assert 'class="c-' in parts[1]["html"]


def test_long_code_has_no_colours(monkeypatch):
    monkeypatch.setattr(rendering, "MAX_HIGHLIGHTED", 3)
    assert code("x = 1", "python") == "x = 1"


@pytest.mark.parametrize(
    ("text", "shown"), [("a\x07", "a\\x07"), ("x" * 12, "x" * 10 + "\n... [2 characters more, in the JSON]")]
)
def test_a_box_is_safe_and_bounded(monkeypatch, text, shown):
    monkeypatch.setattr(rendering, "MAX_RAW", 10)
    assert cut(text) == shown
