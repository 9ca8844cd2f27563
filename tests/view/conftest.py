"""Databases to look at: one repaired conversation with hostile output, and a run of four dialogues."""

import asyncio
from dataclasses import replace

import pytest
from support.dialogues import Talk, write

from aiev.store.reading.conversations import ConversationReader
from aiev.store.reading.read_only import ReadOnly
from aiev.store.records import ConversationRecord, ExecutionRecord, MessageRecord, RunRecord, SeedRecord
from aiev.store.writing.store import Store
from aiev.view.documents import detailed_run_documents

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
    with ConversationReader.open(tmp_path / "t.db") as opened:
        yield opened


FIGURED = (
    Talk(1, label="flag"),
    Talk(2, ("error", "ok"), install="pip install NumPy"),
    Talk(3, ("timeout", "error", "ok"), language="go"),
    Talk(4, ("error", "oom")),
)


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "d.db", FIGURED)


@pytest.fixture
def rows(path):
    with ReadOnly(path) as db:
        return detailed_run_documents(db)
