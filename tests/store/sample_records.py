"""One row of each kind, for the tests of the store."""

from aiev.store.records import (
    ConversationRecord,
    EvidenceRecord,
    EvidenceTest,
    ExecutionRecord,
    RequestRecord,
    RunRecord,
    SeedRecord,
)

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
EVIDENCE = EvidenceRecord(
    "c1",
    "verified",
    "verified: 9 of 10 mutants killed, 4 of 4 independent solutions agree, no test changed",
    1,
    mutants_killed=9,
    mutants=10,
    agreement="confirmed",
    alternatives_agreeing=4,
    alternatives=4,
    tests_kept=2,
    detail={"mutants": [{"kind": "constant", "line": 1, "before": "1", "after": "2", "killed": True}]},
    made_at="2026-01-01",
    tests=(
        EvidenceTest(0, "assert x", "own", "kept", 5, 5, 0.9),
        EvidenceTest(1, "assert x == 1", "independent", "", 4, 5, 0.8),
    ),
)
