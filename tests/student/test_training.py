"""Real trainings of a random model of a few thousand weights, in the real process."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from support.tiny_llama import STRICT, dialogue, make_tokenizer, write_dialogues

from aiev.dataset.masking import MaskError
from aiev.errors import AievError, SetupError, UsageError
from aiev.student.training.launch import launch
from aiev.student.training.settings import TrainSettings
from aiev.student.training.spec import TrainingResult, TrainingSpec, adapter_name
from aiev.student.training.tokens import tokenise

pytestmark = pytest.mark.train
SPECIAL = ("<API_RUN_START>", "<API_RUN_STOP>")


@pytest.fixture
def tokenizer(train_extra):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_tokenizer()


def spec(base, folder, **changes):
    values = {
        "base": str(base),
        "base_folder": "",
        "train_file": str(write_dialogues(folder / "train.jsonl", range(12))),
        "test_file": str(write_dialogues(folder / "test.jsonl", range(20, 23))),
        "out": str(folder / "out"),
        "seed": 1,
    }
    settings = {
        "weights": "lora",
        "epochs": 2.0,
        "learning_rate": 0.02,
        "batch_size": 2,
        "accumulation": 1,
        "max_tokens": 512,
        "packing": False,
        "precision": "fp32",
        "gradient_checkpointing": False,
        "lora_rank": 4,
        "lora_alpha": 8,
        "lora_dropout": 0.0,
        "lora_modules": (),
        "special_tokens": (),
        "schedule": "constant",
        "warmup_share": 0.0,
        "save_steps": 2,
        "evaluations": 1,
        "report_to": (),
    }
    return TrainingSpec(**values, settings=TrainSettings(**settings | changes))


def trained(wanted, **options):
    return asyncio.run(launch(wanted, **options))


def test_the_loss_covers_the_turns_that_are_flagged_and_nothing_else(tokenizer, tmp_path):
    done = tokenise(tokenizer, write_dialogues(tmp_path / "t.jsonl", [7]), 512)
    (row,) = done.rows
    learnt = tokenizer.decode([token for token in row["labels"] if token != -100])
    assert learnt == "<API_RUN_START>a + 7<API_RUN_STOP><|im_end|>\nIt passed.<|im_end|>\n"
    masked = tokenizer.decode(
        [one for one, label in zip(row["input_ids"], row["labels"], strict=True) if label == -100]
    )
    assert "SecretOutput7" in masked
    assert "a - 7" in masked
    assert (done.trained, done.masked) == (len([x for x in row["labels"] if x != -100]), row["labels"].count(-100))


def test_the_end_of_a_turn_is_learnt_although_padding_has_its_id(tokenizer, tmp_path):
    assert tokenizer.pad_token_id == tokenizer.eos_token_id
    (row,) = tokenise(tokenizer, write_dialogues(tmp_path / "t.jsonl", [7]), 512).rows
    ends = [label for one, label in zip(row["input_ids"], row["labels"], strict=True) if one == tokenizer.eos_token_id]
    assert ends.count(tokenizer.eos_token_id) == 2
    assert ends.count(-100) == 4


def test_a_dialogue_that_is_too_long_is_left_out_whole_and_counted(tokenizer, tmp_path):
    path = write_dialogues(tmp_path / "t.jsonl", [1, 2])
    length = tokenise(tokenizer, path, 512).longest
    assert len(tokenise(tokenizer, path, length).rows) == 2
    done = tokenise(tokenizer, path, length - 1)
    assert (len(done.rows), done.too_long, done.trained) == (0, 2, 0)


def test_a_template_that_refuses_a_dialogue_is_named(tokenizer, tmp_path):
    tokenizer.chat_template = STRICT
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps({"messages": dialogue(1)[1:]}) + "\n")
    with pytest.raises(MaskError, match="chat template refuses"):
        tokenise(tokenizer, path, 512)


@pytest.mark.parametrize("line", ["{", "[]", '{"messages": [{"role": "user"}]}'])
def test_a_line_without_messages_is_named(tokenizer, tmp_path, line):
    (tmp_path / "t.jsonl").write_text(line + "\n")
    with pytest.raises(UsageError, match=r"t\.jsonl:1"):
        tokenise(tokenizer, tmp_path / "t.jsonl", 512)


@pytest.fixture(scope="module")
def lora_training(tiny_model, tmp_path_factory):
    """An adapter with special tokens, and the events of its process."""
    wanted = spec(
        tiny_model, tmp_path_factory.mktemp("lora"), special_tokens=SPECIAL, packing=True, max_tokens=600, batch_size=1
    )
    events = []
    return wanted, asyncio.run(launch(wanted, on_event=events.append)), events


def test_an_adapter_learns_from_the_dialogues(lora_training):
    wanted, result, events = lora_training
    metrics = result.metrics
    assert metrics["loss_after"] < metrics["loss_before"]
    assert metrics["trained_parameters"] < metrics["parameters"]
    assert metrics["train"]["dialogues"] == 12
    assert metrics["train"]["masked_tokens"] > metrics["train"]["trained_tokens"] > 0
    assert {event["event"] for event in events} == {"data", "log"}
    assert any("eval_loss" in event for event in events)
    assert not list(Path(wanted.out).glob("checkpoint-*"))


def test_special_tokens_are_single_tokens_whose_rows_are_trained(lora_training, tiny_model):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    wanted, result, _ = lora_training
    tokenizer = AutoTokenizer.from_pretrained(f"{wanted.out}/model")
    ids = [tokenizer.encode(token, add_special_tokens=False) for token in SPECIAL]
    assert [len(one) for one in ids] == [1, 1]
    assert result.metrics["added_tokens"] == 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        merged = AutoModelForCausalLM.from_pretrained(f"{wanted.out}/merged")
        base = AutoModelForCausalLM.from_pretrained(tiny_model)
    before, after = (model.get_input_embeddings().weight.detach() for model in (base, merged))
    assert (before.shape[0], after.shape[0]) == (len(tokenizer) - 2, len(tokenizer))
    assert float((after[:-2] - before).abs().max()) > 0
    assert float(after[-1].abs().max()) > 0


def test_a_training_that_is_done_is_not_done_again(lora_training):
    wanted, result, _ = lora_training
    events = []
    assert trained(wanted, on_event=events.append) == result
    assert events == []


def test_full_training_changes_all_weights(tiny_model, tmp_path):
    result = trained(spec(tiny_model, tmp_path, weights="full", learning_rate=0.005, epochs=1.0, evaluations=0))
    assert result.metrics["trained_parameters"] == result.metrics["parameters"]
    assert result.metrics["loss_after"] < result.metrics["loss_before"]
    assert (tmp_path / "out" / "model" / "config.json").is_file()
    assert adapter_name(3, result.weights_hash) == f"aiev-r003-{result.weights_hash[:8]}"


CHILD = """
import asyncio, json, sys
from pathlib import Path
from aiev.student.training.launch import launch
from aiev.student.training.settings import TrainSettings
from aiev.student.training.spec import TrainingSpec
def heard(event):
    if event["event"] == "log" and "loss" in event:
        print(event["step"], flush=True)
asyncio.run(launch(TrainingSpec.read(Path(sys.argv[1])), on_event=heard))
"""


def test_after_kill_9_a_training_resumes_from_its_last_checkpoint_to_the_same_loss(lora_training, tmp_path):
    wanted, whole, _ = lora_training
    wanted = wanted.model_copy(update={"out": str(tmp_path / "out")})
    wanted.write(tmp_path / "spec.json")
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path / "spec.json")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    for line in child.stdout:
        if int(line) >= 5:
            break
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert TrainingResult.read(tmp_path / "out") is None
    events = []
    result = trained(wanted, on_event=events.append)
    steps = [event["step"] for event in events if "loss" in event]
    assert steps[0] in {3, 5, 7}
    assert result.metrics["resumed_from_step"] == steps[0] - 1
    assert result.metrics["loss_before"] == whole.metrics["loss_before"]
    assert result.metrics["loss_after"] == pytest.approx(whole.metrics["loss_after"], rel=1e-5)


def test_a_python_without_the_extra_is_one_line_that_says_what_to_install(tiny_model, tmp_path, monkeypatch):
    hidden = tmp_path / "hidden" / "torch"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ImportError('No module named torch')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "hidden"))
    with pytest.raises(SetupError, match=r"No module named torch; run `pip install 'aiev\[train\]'`"):
        trained(spec(tiny_model, tmp_path))
    with pytest.raises(SetupError, match="cannot be started"):
        trained(spec(tiny_model, tmp_path), python=str(tmp_path / "nowhere"))


def test_a_failure_is_its_last_line_and_the_log_has_the_rest(tiny_model, tmp_path):
    with pytest.raises(AievError, match=r"no dialogues to train on; 12 are longer than train\.max_tokens = 16"):
        trained(spec(tiny_model, tmp_path, max_tokens=16))
    assert (tmp_path / "out" / "training.log").is_file()
