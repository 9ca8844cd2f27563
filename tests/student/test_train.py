"""From a database to a trained adapter, with the real training process and a random model."""

import asyncio
import importlib.util
import json
import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.loop_parts import QUIET, loop
from support.tiny_llama import make_model

from aiev.cli import main
from aiev.config.layers import load_config
from aiev.errors import UsageError
from aiev.student.train import train_student


@pytest.fixture
def path(tmp_path):
    """Dialogues of one round that is split and decided, as the loop leaves them; its training is the test's own."""
    made = tmp_path / "t.db"
    asyncio.run(loop(made, "student.rounds=1").run())
    return made


def settings(*assignments):
    return load_config(assignments=(*QUIET, *assignments))


@pytest.mark.parametrize(
    ("student", "words"),
    [("", "no student to train"), ("qwen2.5-coder-1.5b-instruct", "aiev models fetch")],
)
def test_a_student_that_cannot_learn_is_one_line(path, student, words):
    with pytest.raises(UsageError, match=words):
        asyncio.run(train_student(settings("student.name="), path, student=student))


@pytest.mark.train
def test_a_training_is_kept_with_its_losses_tokens_and_hash_and_done_once(path, tmp_path):
    if any(importlib.util.find_spec(name) is None for name in ("torch", "trl", "peft")):
        pytest.skip("the extra train is not here")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        base = make_model(tmp_path / "tiny")
    config = settings("train.epochs=1", "train.max_tokens=1024", "train.learning_rate=0.01", "train.packing=false")
    done = asyncio.run(train_student(config, path, student=str(base)))
    assert (done.status, done.round) == ("done", 1)
    assert done.adapter == f"aiev-r001-{done.adapter_hash[:8]}"
    assert done.metrics["loss_after"] < done.metrics["loss_before"]
    assert done.metrics["train"]["masked_tokens"] > 0
    assert (Path(done.path) / "model" / "adapter_model.safetensors").is_file()
    events = []
    assert asyncio.run(train_student(config, path, student=str(base), on_event=events.append)) == done
    assert events == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["gate", "none.db"], 1, "no database none.db"),
        (["train", "none.db"], 1, "no database none.db"),
        (["evaluate", "none.db"], 1, "no database none.db"),
        (["eval", "--benchmark", "none"], 2, "no benchmark none"),
        (["self-learn", "--db", "new.db", "--limit", "1"], 2, "no student to train"),
    ],
)
def test_commands_say_in_one_line_what_is_wrong(arguments, code, words):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, result.output
    assert words in result.output
    assert "Traceback" not in result.output


def test_the_gate_shows_its_decision_with_every_problem(path):
    shown = CliRunner().invoke(main, ["gate", str(path), "--set", "gate.min_items=2", "--set", "gate.alpha=0.4"])
    assert shown.exit_code == 0, shown.output
    assert "open: student 1.000, teacher 0.000 pass@1" in shown.output
    assert "McNemar" in shown.output
    as_json = json.loads(CliRunner().invoke(main, ["gate", str(path), "--json"]).output)
    assert (as_json["opens"], as_json["reason"]) == (False, "too_few_items")
    assert all(item["student_passed"] for item in as_json["items"])
