"""One row of each kind, for the tests of the store."""

from aiev.store.records import ConversationRecord, ExecutionRecord, RequestRecord, RunRecord, SeedRecord

RUN = RunRecord("r1", "teach", "2026-01-01", {"a": 1}, "f", "m", "embedded", "docker", "sha256:1", {"p": "h"}, "0.1.0")
SEED = SeedRecord("s1", "function", "python", "def f(): pass", "a.py:1", "MIT", "f")
TALK = ConversationRecord("c1", "r1", "s1", "running", started_at="2026-01-01")
ROUND = ExecutionRecord(
    1,
    "j1",
    "x = 1",
    "assert x",
    ("six",),
    "ok",
    0,
    "out",
    "err",
    False,
    True,
    1,
    0.1,
    0.2,
    3,
    "log",
    ("six==1",),
    "",
    "d",
    "i",
)
REQUEST = RequestRecord("h1", "c1", "questioner/ask", "m", {"model": "m"}, "Hello", "m-2", "stop", 1, 2, 0.5)
