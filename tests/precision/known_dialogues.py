"""A database of dialogues whose figures are known."""

from dataclasses import replace

from store.sample_records import EVIDENCE, REQUEST, ROUND, RUN, SEED

from aiev.store.records import ConversationRecord, MessageRecord

RIGHT, WRONG = ("right", True), ("wrong", True)
RIGHT_FAILED, WRONG_FAILED = ("right", False), ("wrong", False)
TALKS = {
    "HumanEval/1": ("accepted", [RIGHT]),
    "HumanEval/2": ("accepted", [WRONG_FAILED, RIGHT]),
    "HumanEval/3": ("accepted", [RIGHT_FAILED, WRONG]),
    "HumanEval/4": ("discarded", [WRONG_FAILED, WRONG_FAILED]),
    "HumanEval/5": ("discarded", [RIGHT_FAILED]),
    "MBPP/1": ("accepted", [WRONG]),
    "MBPP/2": ("running", []),
    "MBPP/9": ("accepted", [WRONG]),
}
"""Status, and what each round was: the word of the hidden tests, and whether it passed its own."""


async def fill(store):
    for number, policy in enumerate(("old", "tests", "verified")):
        kept = "tests" if policy == "old" else policy
        await store.add_run(
            replace(RUN, id=policy, started_at=f"2026-01-0{number + 1}", config={"accept": {"policy": kept}})
        )
    for name, (status, rounds) in TALKS.items():
        await store.add_seeds([replace(SEED, id=name, kind="problem", content=name, name=name)])
        await write(store, "tests", name, status, rounds)
    await write(store, "old", "HumanEval/1", "discarded", [WRONG])
    solved = replace(REQUEST, hash="solve", conversation_id="tests-HumanEval/1", purpose="programmer/solve")
    further = replace(REQUEST, hash="more", conversation_id="verified-HumanEval/1", purpose="programmer/alternative")
    await store.add_request(replace(solved, prompt_tokens=100, cached_tokens=40, completion_tokens=10, seconds=2))
    await store.add_request(replace(further, prompt_tokens=100, cached_tokens=100, completion_tokens=20, seconds=4))
    await write(store, "verified", "HumanEval/1", "accepted", [RIGHT], read=400, written=60)
    await store.write_evidence(replace(EVIDENCE, conversation_id="verified-HumanEval/1"))


async def write(store, run, name, status, rounds, *, read=100, written=10):
    begun = ConversationRecord(f"{run}-{name}", run, name, "running", problem=name, started_at="2026-01-01")
    await store.start_conversation(begun)
    await store.add_message(begun.id, MessageRecord(0, "assistant", "x", train=False, request_hash="solve", round=1))
    for number, (word, passed) in enumerate(rounds, 1):
        record = replace(ROUND, round=number, job_hash=f"{begun.id}-{number}", program=f"{word} {name} {number}")
        await store.add_execution(begun.id, replace(record, verdict="ok" if passed else "error"))
    if status != "running":
        ended = replace(begun, status=status, rounds=len(rounds), prompt_tokens=read, completion_tokens=written)
        await store.finish_conversation(ended, [])
