"""A database as a run makes it: repairs, labels, and a model that writes what it should not."""

import asyncio
from dataclasses import replace

from support.evidence import CONTRADICTED, UNVERIFIED, VERIFIED

from aiev.store.records import (
    ConversationRecord,
    ExecutionRecord,
    MessageRecord,
    RequestRecord,
    RunRecord,
    SeedRecord,
)
from aiev.store.writing.store import Store

SCRIPT = "<script>window.owned = 1</script><img src=x onerror='window.owned = 1'>"
ANSI = "\x1b[31mred\x1b[0m\x1b]0;owned\x07"
LONG = "x" * 10_000_000
RUN = RunRecord(
    "run1", "teach", "2026-05-01T10:00:00", {"dialogue": {"language": ""}}, "f" * 64, "model-one", "openai", "docker",
    "sha256:" + "a" * 64, {"programmer/solve": "c" * 64}, "0.1.0",
)  # fmt: skip
FAILED = ExecutionRecord(
    1, "j1", "def area(r):\n    return 3 * r", "assert area(2) == 12.0", ("numpy>=2",), "error", 1, "",
    'Traceback (most recent call last):\n  File "tests.py", line 1, in <module>\nTypeError: no\n', False, False, 0, 0.5,
    0.25, 1 << 25, "", ("numpy==2.0",), "exit code 1", "docker", "sha256:" + "a" * 64,
)  # fmt: skip
PASSED = replace(
    FAILED, round=2, job_hash="j2", program="def area(r):\n    return 3.0 * r * r", verdict="ok", exit_code=0,
    stderr="", assertions=1,
)  # fmt: skip
TURNS = [
    ("user", "Write `area(r)`, the area of a circle.", "questioner", 0),
    ("assistant", "Multiply.\n\n```python\ndef area(r):\n    return 3 * r\n```", "programmer", 1),
    ("interpreter", "TypeError: no", "docker", 1),
    ("user", "It has to square the radius.", "questioner", 1),
    ("assistant", "```python\ndef area(r):\n    return 3.0 * r * r\n```", "programmer", 2),
    ("interpreter", "All tests passed: 1 assertion held.", "docker", 2),
]


async def fill(store: Store) -> None:
    await store.add_run(RUN)
    await talk(store, "repaired", TURNS, [FAILED, PASSED], "accepted")
    hostile = [
        ("user", f"Say {SCRIPT} {ANSI}", "questioner", 0),
        ("assistant", f"{SCRIPT}\n\n```html\n{SCRIPT}\n```\n{ANSI}", "programmer", 1),
    ]
    cursed = replace(
        FAILED, program=SCRIPT, tests="a = 1", stdout=LONG, stderr=f"{ANSI}{SCRIPT}", verdict="error", detail=SCRIPT,
        requirements=(SCRIPT,),
    )  # fmt: skip
    repaired = replace(cursed, round=2, program=f"{SCRIPT}\n{LONG}")
    hostile += [("interpreter", LONG, "docker", 1), ("assistant", SCRIPT, "programmer", 2)]
    await talk(store, "hostile", hostile, [cursed, repaired], "discarded", reason=SCRIPT, source=f"{SCRIPT}.py:1")
    await store.write_evidence(replace(VERIFIED, conversation_id="repaired"))
    await store.write_evidence(hostile_evidence())
    for number in range(60):
        turns = [
            ("user", f"Write `task_{number}`.", "questioner", 0),
            ("assistant", f"answer {number} pangolin", "programmer", 1),
        ]
        execution = replace(PASSED, round=1, requirements=())
        await talk(
            store, f"plain{number:03}", turns, [execution], "accepted", begun=f"2026-05-01T11:{number:02}:00.000"
        )


def hostile_evidence():
    """Evidence with markup wherever a model's words stand in it."""
    said = {"call": SCRIPT, "value": ANSI, "others": LONG, "agreeing": 4}
    values = {"expected": ANSI, "proposed": SCRIPT, "answers": [SCRIPT]}
    disputed = [{"call": SCRIPT, **values, "outcome": "kept", "round": 1}]
    mutants = UNVERIFIED.detail["mutants"]
    detail = {"reasons": [SCRIPT], "counterexample": said, "arbitrations": disputed, "mutants": mutants}
    tests = tuple(replace(test, source=SCRIPT + ANSI) for test in CONTRADICTED.tests)
    return replace(
        CONTRADICTED, conversation_id="hostile", sentence=f"contradicted: {SCRIPT}{ANSI}", detail=detail, tests=tests
    )


async def talk(
    store, key, turns, executions, status, *, reason="", source="lib/a.py:1", begun="2026-05-02T10:00:00.000"
) -> None:
    seed = SeedRecord(f"seed-{key}", "function", "python", "def seed(): pass", source, "MIT", "seed")
    await store.add_seeds([seed])
    conversation = ConversationRecord(key, "run1", seed.id, "running", problem=turns[0][1], started_at=begun)
    await store.start_conversation(conversation)
    for position, (role, text, agent, number) in enumerate(turns):
        asked = "" if role == "interpreter" else f"request-{key}-{position}"
        record = MessageRecord(position, role, text, False, agent, "c" * 64 if asked else "", asked, number)
        await store.add_message(key, record)
        if asked:
            body = {
                "model": "m",
                "sampling": {"temperature": 0.5},
                "turns": [["user", f"the prompt of {key} {SCRIPT}"]],
            }
            await store.add_request(
                RequestRecord(asked, key, f"{agent}/solve", "m", body, text, "m-1", "stop", 11, 7, 1.5)
            )
    for execution in executions:
        await store.add_execution(key, execution)
    if status != "running":
        ended = replace(
            conversation, status=status, reason=reason, rounds=len(executions), prompt_tokens=100, completion_tokens=40
        )
        await store.finish_conversation(ended, [4] if key == "repaired" else [])


def make(path) -> None:
    """Make the database."""
    with Store.open(path) as store:
        asyncio.run(fill(store))
