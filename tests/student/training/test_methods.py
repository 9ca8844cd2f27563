"""Real preference stages of a random model of a few thousand weights, in the real process."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from student.test_training import CHILD, SPECIAL, spec
from support.tiny_llama import write_answers, write_pairs

from aiev.errors import AievError
from aiev.student.training.launch import launch
from aiev.student.training.spec import TrainingResult

pytestmark = pytest.mark.train
FAST = {"preference_epochs": 6.0, "preference_rate": 0.02, "evaluations": 0, "accumulation": 2}


def stage(base, folder, method, before=None, **changes):
    """A stage on pairs that prefer a plus; it begins with what another one came to."""
    folder.mkdir(exist_ok=True)
    write = write_answers if method == "kto" else write_pairs
    stages = (*(before.settings.stages if before else ()), method)
    told = spec(base, folder, stages=stages, **(FAST | changes))
    files = {"train_file": write(folder / "p.jsonl", range(12)), "test_file": write(folder / "q.jsonl", range(20, 24))}
    start = {"start": f"{before.out}/model", "start_hash": "0a"} if before else {}
    return told.model_copy(update={name: str(path) for name, path in files.items()} | start)


def trained(told, **options):
    return asyncio.run(launch(told, **options))


@pytest.mark.parametrize(
    ("method", "weights", "rate"), [("dpo", "lora", 0.02), ("rpo", "full", 0.005), ("kto", "lora", 0.02)]
)
def test_the_margin_of_the_reward_rises_from_nothing(tiny_model, tmp_path, method, weights, rate):
    found = trained(stage(tiny_model, tmp_path, method, weights=weights, preference_rate=rate)).metrics
    assert found["margin_before"] == pytest.approx(0, abs=1e-4)
    assert found["margin_after"] > 0.05
    assert found["loss_after"] < found["loss_before"]
    assert ("accuracy_after" in found) == (method != "kto")
    assert found["train"]["answers" if method == "kto" else "pairs"] == (24 if method == "kto" else 12)


@pytest.fixture(scope="module")
def supervised(tiny_model, tmp_path_factory):
    """An adapter with new tokens, trained on dialogues."""
    told = spec(tiny_model, tmp_path_factory.mktemp("sft"), special_tokens=SPECIAL, epochs=1.0)
    return told, asyncio.run(launch(told))


def weights_of(folder, name="adapter_model"):
    from safetensors.torch import load_file

    return load_file(f"{folder}/{name}.safetensors")


def farthest(some, other):
    """The largest difference between two sets of weights of the same names."""
    assert some.keys() == other.keys()
    return max(float((some[name] - other[name]).abs().max()) for name in some)


def test_a_stage_of_all_weights_begins_with_those_of_the_stage_before(tiny_model, tmp_path):
    full = {"weights": "full", "preference_epochs": 1.0}
    first = stage(tiny_model, tmp_path / "a", "dpo", preference_rate=0.005, **full)
    still = stage(tiny_model, tmp_path / "b", "dpo", first, preference_rate=1e-12, **full)
    trained(first)
    assert trained(still).metrics["margin_after"] == pytest.approx(0, abs=1e-4)
    base, one, other = (weights_of(it, "model") for it in (tiny_model, f"{first.out}/model", f"{still.out}/model"))
    assert farthest(one, base) > 1e-3
    assert farthest(one, other) < 1e-6


def test_a_stage_goes_on_with_the_adapter_of_the_one_before_which_is_its_reference(tiny_model, tmp_path, supervised):
    before, _ = supervised
    after = stage(tiny_model, tmp_path, "rpo", before, special_tokens=SPECIAL)
    found = trained(after).metrics
    assert found["margin_before"] == pytest.approx(0, abs=1e-4)
    assert found["margin_after"] > 0.05
    old, new = (weights_of(f"{one.out}/model") for one in (before, after))
    assert farthest(old, new) > 1e-3
    assert not (Path(after.out) / "model" / "ref").exists()
    assert (Path(after.out) / "merged" / "config.json").is_file()
    still = stage(tiny_model, tmp_path / "still", "dpo", before, special_tokens=SPECIAL, preference_rate=1e-12)
    trained(still)
    assert farthest(old, weights_of(f"{still.out}/model")) < 1e-6


def test_after_kill_9_a_stage_resumes_against_the_same_reference_which_is_computed_once(tiny_model, tmp_path):
    (tmp_path / "sft").mkdir()
    before = spec(tiny_model, tmp_path / "sft", epochs=1.0, evaluations=0)
    trained(before)
    whole = trained(stage(tiny_model, tmp_path / "whole", "dpo", before))
    told = stage(tiny_model, tmp_path / "cut", "dpo", before)
    told.write(tmp_path / "spec.json")
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path / "spec.json")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    for line in child.stdout:
        if int(line) >= 5:
            break
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    kept = {path: path.stat().st_mtime_ns for path in Path(told.out, "train").glob("cache-*")}
    assert TrainingResult.read(Path(told.out)) is None
    assert kept
    during = {}

    def look(event):
        if event["event"] == "log":
            during.update({path: path.stat().st_mtime_ns for path in Path(told.out, "train").glob("cache-*")})

    result = trained(told, on_event=look)
    assert result.metrics["resumed_from_step"] > 0
    assert during == kept
    for name in ("loss_before", "loss_after", "margin_after"):
        assert result.metrics[name] == pytest.approx(whole.metrics[name], rel=1e-4, abs=1e-6)


def test_pairs_that_are_all_too_long_or_no_pairs_are_one_line(tiny_model, tmp_path):
    with pytest.raises(AievError, match=r"no pairs to train on; 12 are longer than train\.max_tokens = 16"):
        trained(stage(tiny_model, tmp_path / "a", "dpo", max_tokens=16))
    told = stage(tiny_model, tmp_path / "b", "dpo")
    Path(told.train_file).write_text(json.dumps({"messages": []}) + "\n")
    with pytest.raises(AievError, match=r"p\.jsonl:1 holds no prompt with chosen and rejected"):
        trained(told)
