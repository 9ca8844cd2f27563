import asyncio
import io
import time
from dataclasses import replace

import pytest
from rich.console import Console

from aiev.run.progress import Progress
from aiev.store.reading.reader import Filters, Reader
from aiev.store.records import ConversationRecord, ExecutionRecord, MessageRecord, RunRecord, SeedRecord
from aiev.store.writing.writer import Store
from aiev.view import inspect as view
from aiev.view.changes import changes
from aiev.view.panel import line, panel, span
from aiev.view.safe import safe
from aiev.view.statistics import runs_json, runs_table

HOSTILE = "\x1b[31mred\x1b[0m [bold]markup[/bold] \x07 <script>alert(1)</script>" + "x" * 100_000
BEFORE = ExecutionRecord(
    1, "j1", "def f():\n    return 1", "assert f() == 2", (), "error", 1, "", "AssertionError", False, False, 0, 0.1,
    0.1, 1, "", (), "", "docker", "sha256:1",
)  # fmt: skip
AFTER = replace(BEFORE, round=2, job_hash="j2", program="def f():\n    return 2", verdict="ok", assertions=1)


@pytest.fixture
def reader(tmp_path):
    async def fill(store):
        await store.add_run(
            RunRecord("r1", "teach", "now", {}, "f", "model-x", "openai", "docker", "sha256:1", {}, "0.1.0")
        )
        await store.add_seeds([SeedRecord("s1", "function", "python", "x", "a.py:1", None, "f")])
        talk = ConversationRecord("c0ffee", "r1", "s1", "running")
        await store.start_conversation(talk)
        texts = [
            ("user", "Write `f`.", "questioner", 0),
            ("assistant", "Idea.\n\n```python\ndef f():\n    return 1\n```", "programmer", 1),
            ("interpreter", HOSTILE, "docker", 1),
            ("user", "It returns 1.", "questioner", 1),
            ("assistant", "```python\ndef f():\n    return 2\n```", "programmer", 2),
            ("interpreter", "(no output)", "docker", 2),
        ]
        for position, (role, text, agent, number) in enumerate(texts):
            await store.add_message("c0ffee", MessageRecord(position, role, text, False, agent, round=number))
        await store.add_execution("c0ffee", BEFORE)
        await store.add_execution("c0ffee", AFTER)
        await store.finish_conversation(replace(talk, status="accepted", rounds=2), [4])

    with Store.open(tmp_path / "t.db") as store:
        asyncio.run(fill(store))
    with Reader(tmp_path / "t.db") as opened:
        yield opened


def shown(renderable, *, terminal=False):
    out = io.StringIO()
    Console(file=out, width=110, force_terminal=terminal).print(renderable, markup=False)
    return out.getvalue()


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


def test_two_endless_programs_are_compared_as_far_as_it_goes():
    old, new = ("\n".join("x" * (n * factor % 150) for n in range(50_000)) for factor in (1, 7))
    start = time.perf_counter()
    lines = changes("solution", old, new)
    assert time.perf_counter() - start < 5
    assert lines[-1] == "... [48000 lines of the solution not compared]"


def test_the_list_names_each_conversation_with_its_verdicts(reader):
    text = shown(view.list_table(reader.conversations(Filters())))
    assert "c0ffee" in text
    assert "error ok" in text
    assert "no conversations" in shown(view.list_table([]))


def test_json_has_everything(reader):
    data = view.conversation_json(reader.conversation("c0"), reader)
    assert [message["role"] for message in data["messages"]][:2] == ["user", "assistant"]
    assert data["executions"][1]["verdict"] == "ok"
    assert data["seed"]["source"] == "a.py:1"
    assert view.list_json(reader.conversations(Filters()))[0]["id"] == "c0ffee"


def test_statistics_count_what_is_there(reader):
    (row,) = runs_json(reader)
    assert (row["statuses"], row["rounds"], row["verdicts"]) == (
        {"accepted": 1},
        {2: 1},
        {"error": 1, "ok": 1},
    )
    assert "1 of 1" in shown(runs_table(reader))


def test_safe_keeps_newlines_and_tabs():
    assert safe("a\tb\nc\r\nd") == "a\tb\nc\nd"
    assert safe("\u202egpj.exe") == "\\x202egpj.exe"


@pytest.mark.parametrize("character", ["\x1b", "\x9b", "\r", "\x00", "\u061c", "\u2028", "\ud800"])
def test_no_character_that_steers_a_terminal_or_cannot_be_encoded_comes_through(character):
    assert safe(character) == f"\\x{ord(character):02x}"


def test_a_line_of_ten_megabytes_is_cut_with_a_mark():
    shown = safe("x" * 10_000_000)
    assert len(shown) < 3000
    assert "characters cut]" in shown


def test_the_panel_shows_counts_speed_and_time():
    progress = Progress(total=10)
    progress.statuses.update(accepted=3, discarded=1)
    progress.rounds.update([1, 1, 4])
    progress.draining = True
    text = shown(panel(progress, "run [x]"))
    for part in ("3 accepted", "1 discarded", "1×2  4×1", "Ctrl-C again", "run [x]"):
        assert part in text
    assert line(progress).startswith("4/10: 3 accepted, 1 discarded, 0 failed")


@pytest.mark.parametrize(("seconds", "text"), [(7, "7 s"), (65, "1 min 05 s"), (3720, "1 h 02 min")])
def test_spans_are_written_for_people(seconds, text):
    assert span(seconds) == text
