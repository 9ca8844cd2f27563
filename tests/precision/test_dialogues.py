import json

import pytest
from precision.dialogues import teach, teach_command
from precision.hidden import HiddenTests
from precision.outcomes import read_dialogues
from support.counting_endpoint import CountingEndpoint

from aiev.student.problems import Problem

NAMES = [f"MBPP/{number}" for number in range(8)]


@pytest.mark.bubblewrap
async def test_a_second_policy_pays_for_nothing_that_is_known_and_the_same_command_for_nothing_at_all(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    given, db = tmp_path / "problems.jsonl", tmp_path / "precision.db"
    given.write_text("".join(json.dumps({"id": name, "problem": f"Write `add`, {name}."}) + "\n" for name in NAMES))
    with CountingEndpoint() as endpoint:
        settings = ["model.backend=openai", "model.name=m", f"model.base_url={endpoint.url}", "dialogue.max_rounds=2"]
        settings.append("interpreter.backend=bubblewrap")
        for policy in ("ran", "tests", "ran"):
            teach(teach_command(given, db, policy, settings=settings))
    assert len(endpoint.seen) == len(set(endpoint.seen))
    dialogues = read_dialogues(db)
    assert {one.problem for one in dialogues} == {f"Write `add`, {name}." for name in NAMES}
    hidden = HiddenTests([Problem(name, "", "assert add(2, 2) == 4") for name in NAMES], tmp_path / "hidden.jsonl")
    await hidden.judge([(one.name, each.program) for one in dialogues for each in one.rounds], "bubblewrap")
    dialogues = read_dialogues(db, hidden)
    assert {(one.policy, one.name) for one in dialogues} == {
        (policy, name) for policy in ("ran", "tests") for name in NAMES
    }
    assert all(one.right == one.accepted == one.passed for one in dialogues)
    spent = {policy: sum(one.spent.tokens for one in dialogues if one.policy == policy) for policy in ("ran", "tests")}
    assert spent["ran"] == spent["tests"] > 0


def test_a_run_that_fails_ends_the_command(tmp_path):
    command = teach_command(tmp_path / "none.jsonl", tmp_path / "t.db", "tests")
    with pytest.raises(SystemExit) as ended:
        teach(command)
    assert ended.value.code
