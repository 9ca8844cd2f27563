import time
from dataclasses import replace

import pytest
from support.conversations import hostile_evidence
from support.evidence import VERIFIED, give
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


def test_thoughts_are_shown_by_their_beginning(reader):
    message = replace(reader.conversation("c0").messages[1], reasoning="Hm. " * 500)
    text = shown(view._panel(message, None))
    assert "thoughts (2,000 characters): Hm." in text
    assert text.count("Hm.") == 100


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


def test_the_list_has_a_mark_for_evidence_where_any_is_known(reader):
    assert "verified" not in shown(view.conversation_list(reader.conversations(Filters())))
    give(reader.path, {"c0ffee": "verified"})
    _, line, legend = shown(view.conversation_list(reader.conversations(Filters()))).splitlines()
    assert line.split()[:3] == ["c0ffee", "accepted", "✓"]
    assert "✓ verified, ? unverified, ✗ contradicted" in legend
    assert reader.conversations(Filters(evidence="contradicted")) == []


def test_evidence_is_one_line_and_a_block(reader):
    give(reader.path, {"c0ffee": "verified"})
    text = " ".join(shown(view.conversation_view(reader.conversation("c0"), reader)).split())
    for part in (
        VERIFIED.sentence,
        "evidence · verified",
        "mutants killed 9 of 10",
        "lines run 7 of 8",
        "confirmed: 4 of 4 agree",
        "2 kept, 0 changed, 1 dropped, 0 added",
        "assert f(2) == 9 own dropped 1 of 5",
    ):
        assert part in text, part
    assert "not verified" not in text


@pytest.mark.parametrize(
    ("status", "parts"),
    [
        ("contradicted", ["f(3) gives 3; 4 independent solutions: 9", "not verified independent solutions disagree"]),
        (
            "unverified",
            [
                "round 2: f(2) was 9, proposed 4; the arbiter says 4, 4, 9: changed",
                "problem: names no function",
                "fails assert f(7) == 49",
                "unnoticed line 2, compare: < → <=",
            ],
        ),
    ],
)
def test_what_speaks_against_a_program_is_told(reader, status, parts):
    give(reader.path, {"c0ffee": status})
    text = " ".join(shown(view.conversation_view(reader.conversation("c0"), reader)).replace("│", " ").split())
    for part in parts:
        assert part in text, part
    assert "constant" not in text  # that mutant was killed


def test_hostile_evidence_is_inert_and_cut(reader):
    give(reader.path, {"c0ffee": replace(hostile_evidence(), conversation_id="c0ffee")})
    text = shown(view.conversation_view(reader.conversation("c0"), reader))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert len(text) < 60_000
