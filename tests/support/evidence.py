"""Evidence as a run writes it, for the dialogues of a test's database."""

import asyncio
from dataclasses import replace

from aiev.store.records import EvidenceRecord, EvidenceTest
from aiev.store.writing.store import Store

TESTS = (
    EvidenceTest(0, "assert f(1) == 1", "own", "kept", 5, 5, 1.0),
    EvidenceTest(1, "assert f(0) == 0", "problem", "kept", 5, 5, 1.0),
    EvidenceTest(2, "assert f(2) == 9", "own", "dropped", 1, 5, 0.2),
)
VERIFIED = EvidenceRecord(
    "", "verified", "verified: 9 of 10 mutants killed, 4 of 4 independent solutions agree, no test changed", 1,
    mutants_killed=9, mutants=10, lines_run=7, lines=8, branches_run=3, branches=4, agreement="confirmed",
    alternatives_agreeing=4, alternatives=4, suites_passed=6, suites=6, tests_kept=2, tests_dropped=1,
    made_at="2026-01-01", tests=TESTS,
)  # fmt: skip
UNVERIFIED = replace(
    VERIFIED, status="unverified", sentence="unverified: 2 of 10 mutants killed", mutants_killed=2,
    agreement="undetermined", alternatives_agreeing=1, tests_changed=1,
    detail={
        "reasons": ["too few mutants are killed", "too few solutions agree"],
        "arbitrations": [
            {"call": "f(2)", "expected": "9", "proposed": "4", "answers": ["4", "4", "9"], "outcome": "changed",
             "round": 2},
        ],
        "problem": ["names no function"],
        "failed": ["assert f(7) == 49"],
        "mutants": [{"kind": "compare", "line": 2, "before": "<", "after": "<=", "killed": False},
            {"kind": "constant", "line": 3, "before": "0", "after": "1", "killed": True},
        ],
    },
)  # fmt: skip
CONTRADICTED = replace(
    VERIFIED, status="contradicted", sentence="contradicted: f(3) gives 3, and 4 of 4 others give 9",
    agreement="contradicted", alternatives_agreeing=0,
    detail={
        "reasons": ["independent solutions disagree"],
        "counterexample": {"call": "f(3)", "value": "3", "others": "9", "agreeing": 4},
    },
)  # fmt: skip
KINDS = {one.status: one for one in (VERIFIED, UNVERIFIED, CONTRADICTED)}


def give(path, said):
    """Write evidence: a status, or a whole record, for each conversation by its id."""

    async def fill(store):
        for key, one in said.items():
            await store.write_evidence(replace(KINDS[one] if isinstance(one, str) else one, conversation_id=key))

    with Store.open(path) as store:
        asyncio.run(fill(store))
    return path
