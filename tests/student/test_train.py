"""From a database to a trained adapter, with the real training process and a random model."""

import asyncio
import importlib.util
import json
import shutil
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.dialogues import words
from support.loop_parts import QUIET, loop
from support.pairs import prefer
from support.tiny_llama import make_model

from aiev.cli import main
from aiev.config.layers import load_config
from aiev.errors import AievError, SetupError, UsageError
from aiev.store.reading.student import StudentReader
from aiev.student.train import train_student


@pytest.fixture
def path(tmp_path):
    """Dialogues of one round that is split and decided, as the loop leaves them; its training is the test's own."""
    made = tmp_path / "t.db"
    asyncio.run(loop(made, "student.rounds=1").run())
    return made


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    """As `path`, made once."""
    made = tmp_path_factory.mktemp("taught") / "t.db"
    asyncio.run(loop(made, "student.rounds=1", paid=made.with_name("paid")).run())
    return made


@pytest.fixture
def stand_in(taught, tmp_path):
    """Train a copy of the database by a script in the place of the training process."""
    shutil.copy(taught, tmp_path / "t.db")
    program = tmp_path / "python"

    def run(script, *assignments, **options):
        """$OUT is the folder of the training."""
        program.write_text(f'#!/bin/sh\nOUT=$(dirname "$3")\n{script}\n')
        program.chmod(0o755)
        config = settings(f"train.python={program}", *assignments)
        return asyncio.run(train_student(config, tmp_path / "t.db", **{"student": "some/model"} | options))

    return run


RESULT = {"weights_hash": "0badcafe0badcafe", "metrics": {"loss_after": 1.5}, "gguf_adapter": True}
SUCCEED = f"printf '%s' '{json.dumps(RESULT)}' > $OUT/result.json; echo x >> $OUT/../count"


def trainings(folder):
    with StudentReader.open(folder / "t.db") as reader:
        return [one for one in reader.trainings() if one.base != "small"]


def test_a_training_is_stored_with_its_result_and_what_shaped_it(stand_in, tmp_path):
    done = stand_in(SUCCEED, "train.epochs=2")
    assert (done.status, done.base, done.adapter) == ("done", "some/model", "aiev-r001-0badcafe")
    assert done.metrics == {"loss_after": 1.5, "gguf_adapter": True}
    assert (done.config["epochs"], len(done.config["data"])) == (2.0, 64)
    assert trainings(tmp_path) == [done]
    assert Path(done.path).parent == tmp_path / "student"
    assert done.started_at <= done.finished_at


def test_the_files_that_a_training_reads_are_there_when_it_starts(stand_in, tmp_path):
    stand_in(f"cp $OUT/../data-r001/*.jsonl $OUT; {SUCCEED}", out=tmp_path / "elsewhere")
    assert not (tmp_path / "student").exists()
    (folder,) = (tmp_path / "elsewhere").glob("r001-*")
    rows = [json.loads(line) for line in (folder / "train.jsonl").read_text().splitlines()]
    assert rows
    assert all(any(message["train"] for message in row["messages"]) for row in rows)


def test_the_same_training_is_not_done_twice_but_another_is(stand_in, tmp_path):
    one, again = stand_in(SUCCEED), stand_in(SUCCEED)
    other = stand_in(SUCCEED, "train.epochs=9")
    assert one == again
    assert other.id != one.id
    assert (tmp_path / "student/count").read_text() == "x\nx\n"


STAGES = "train.stages=['sft', 'rpo']"
NEXT = 'grep -q \'"start": ""\' $OUT/spec.json && echo sft >> $OUT/../order || echo later >> $OUT/../order'


def test_stages_follow_each_other_each_on_the_weights_of_the_one_before(stand_in, tmp_path):
    prefer(tmp_path / "t.db", range(8))
    last = stand_in(f"{NEXT}; {SUCCEED}", STAGES)
    first = next(one for one in trainings(tmp_path) if one.id != last.id)
    assert [(one.method, one.stages) for one in (first, last)] == [("sft", ("sft",)), ("rpo", ("sft", "rpo"))]
    assert (last.config["start"], last.config["start_hash"]) == (f"{first.path}/model", first.adapter_hash)
    assert (tmp_path / "student/order").read_text() == "sft\nlater\n"
    rows = [json.loads(line) for line in Path(last.config["train_file"]).read_text().splitlines()]
    assert all({"prompt", "chosen", "rejected"} <= row.keys() for row in rows)


def test_a_stage_that_is_done_is_not_done_again_when_a_later_one_fails(stand_in, tmp_path):
    prefer(tmp_path / "t.db", range(8))
    with pytest.raises(AievError, match="the training failed: no memory"):
        stand_in(f"if grep -q rpo $OUT/spec.json; then echo no memory >&2; exit 1; fi; {SUCCEED}", STAGES)
    assert {one.method: one.status for one in trainings(tmp_path)} == {"sft": "done", "rpo": "failed"}
    assert stand_in(SUCCEED, STAGES).stages == ("sft", "rpo")
    assert stand_in(SUCCEED).stages == ("sft",)
    assert (tmp_path / "student/count").read_text() == "x\nx\n"


def test_after_kill_9_in_a_later_stage_the_first_is_not_done_again(stand_in, tmp_path):
    path = prefer(tmp_path / "t.db", range(8))
    with pytest.raises(AievError):
        stand_in("exit 1")  # leaves the program there
    kill = "if grep -q rpo $OUT/spec.json && mkdir $OUT/../killed 2>/dev/null; then kill -9 $PPID; sleep 5; fi"
    (tmp_path / "python").write_text(f'#!/bin/sh\nOUT=$(dirname "$3")\n{kill}\n{SUCCEED}\n')
    words = [f"--set={one}" for one in (*QUIET, f"train.python={tmp_path / 'python'}")]
    stages = ["--student", "owner/name", "--method", "sft", "--method", "rpo"]
    command = [sys.executable, "-c", "from aiev.cli import main; main(prog_name='aiev')", "train", str(path)]
    killed = subprocess.run([*command, *stages, *words], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    shown = CliRunner().invoke(main, ["train", str(path), *stages, *words])
    assert (shown.exit_code, "sft then rpo, lora" in shown.stdout) == (0, True), shown.output
    assert (tmp_path / "student/count").read_text() == "x\nx\n"


@pytest.mark.parametrize("method", ["dpo", "rpo", "kto"])
def test_a_run_without_pairs_says_so_before_any_stage_begins(stand_in, tmp_path, method):
    words = rf"no preferences to train on by {method}: \d+ dialogues are left, none .*; make pairs with `aiev prefer`"
    with pytest.raises(UsageError, match=words):
        stand_in(SUCCEED, f"train.stages=['sft', '{method}']")
    assert trainings(tmp_path) == []


def test_a_training_whose_weights_are_gone_is_done_anew(stand_in, tmp_path):
    shutil.rmtree(stand_in(SUCCEED).path)
    assert stand_in(SUCCEED).status == "done"
    assert (tmp_path / "student/count").read_text() == "x\nx\n"


def test_a_training_that_fails_is_kept_with_its_reason_and_can_be_resumed(stand_in, tmp_path):
    with pytest.raises(AievError, match="the training failed: out of memory"):
        stand_in("echo 'out of memory' >&2; exit 1")
    (failed,) = trainings(tmp_path)
    assert (failed.status, failed.adapter) == ("failed", "")
    assert "out of memory" in failed.reason
    assert failed.finished_at
    done = stand_in(SUCCEED)
    assert (done.id, done.status, done.reason) == (failed.id, "done", "")
    assert trainings(tmp_path) == [done]


def test_a_missing_extra_is_a_setup_error_that_is_kept_too(stand_in, tmp_path):
    with pytest.raises(SetupError, match=r"aiev\[train\]"):
        stand_in("echo no torch >&2; exit 3")
    assert trainings(tmp_path)[0].status == "failed"


def test_a_student_may_be_a_folder_a_file_or_a_name(stand_in, tmp_path):
    (tmp_path / "weights").mkdir()
    (tmp_path / "small.gguf").write_bytes(b"GGUF")
    assert stand_in(SUCCEED, student="weights").base == str(tmp_path / "weights")
    found = stand_in(SUCCEED, student=str(tmp_path / "small.gguf"))
    assert found.base == str(tmp_path / "small.gguf")
    assert found.config["base_folder"].endswith("hf/small")
    assert stand_in(SUCCEED, "student.name=owner/name", student="").base == "owner/name"


def test_a_round_of_which_nothing_is_kept_has_nothing_to_train_on(stand_in, tmp_path):
    with pytest.raises(UsageError, match=r"round 1 of .*t\.db has no dialogue to train on: \d+ language"):
        stand_in(SUCCEED, "export.languages=['cpp']")
    assert trainings(tmp_path) == []


def test_the_command_prints_events_as_lines_and_the_result_as_a_table(stand_in, tmp_path):
    event = json.dumps({"event": "log", "step": 1, "steps": 4, "loss": 1.25})
    with pytest.raises(AievError):
        stand_in("exit 1")  # leaves the program there
    (tmp_path / "python").write_text(f"#!/bin/sh\nOUT=$(dirname \"$3\")\necho '{event}'\n{SUCCEED}\n")
    words = [f"--set={one}" for one in (*QUIET, f"train.python={tmp_path / 'python'}")]
    shown = CliRunner().invoke(main, ["train", str(tmp_path / "t.db"), "--student", "owner/name", "--full", *words])
    assert shown.exit_code == 0, shown.output
    assert shown.stderr == "aiev: step 1/4: loss 1.2500\n"
    assert "(round 1, sft, full)" in shown.stdout
    again = CliRunner().invoke(
        main, ["train", str(tmp_path / "t.db"), "--student", "owner/name", "--full", "--json", *words]
    )
    assert (json.loads(again.stdout)["status"], again.stderr) == ("done", "")


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


@pytest.mark.train
def test_sampled_programs_train_a_student_in_two_stages_from_the_command_line(tmp_path):
    if any(importlib.util.find_spec(name) is None for name in ("torch", "trl", "peft")):
        pytest.skip("the extra train is not here")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        base = make_model(tmp_path / "tiny")
    prefer(tmp_path / "p.db", range(10), words=lambda number: f"Problem {number}: {words(number)}")
    told = ["max_tokens=1024", "learning_rate=0.01", "preference_rate=0.01", "packing=false", "preference_epochs=4"]
    options = [f"--set=train.{one}" for one in told] + ["--set=split.test_share=0.2"]
    arguments = ["train", str(tmp_path / "p.db"), "--student", str(base), "--method", "sft", "--method", "rpo"]
    shown = CliRunner().invoke(main, [*arguments, *options])
    assert shown.exit_code == 0, shown.output
    assert "sft then rpo, lora" in shown.stdout
    assert "accuracy on the test split" in shown.stdout
    assert "16 pairs, " in shown.stderr
    again = CliRunner().invoke(main, [*arguments, *options, "--json"])
    assert (json.loads(again.stdout)["method"], again.stderr) == ("rpo", "")


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
