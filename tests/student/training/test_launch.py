"""The training process as its parent sees it: a script stands in for the Python with the extra `train`."""

import asyncio
import json
import os
import sys
import time

import pytest

from aiev.errors import AievError, SetupError
from aiev.student.training.launch import launch
from aiev.student.training.settings import TrainSettings
from aiev.student.training.spec import RESULT, TrainingResult, TrainingSpec

DONE = json.dumps({"weights_hash": "0badcafe", "metrics": {"loss_after": 1.5}, "gguf_adapter": False})


@pytest.fixture
def spec(tmp_path):
    return TrainingSpec(
        base="m", base_folder="", train_file="a", test_file="b", out=str(tmp_path / "out"), seed=1,
        settings=TrainSettings(),
    )  # fmt: skip


@pytest.fixture
def python(tmp_path):
    """A program that takes the place of Python; $OUT is the folder of the training."""

    def says(script):
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\nOUT={tmp_path / 'out'}\n{script}\n")
        path.chmod(0o755)
        return str(path)

    return says


def ends(script):
    """The script, and a result at its end."""
    return f"{script}\nprintf '%s' '{DONE}' > $OUT/{RESULT}"


def test_a_training_gets_its_specification_and_returns_its_result(spec, python, tmp_path):
    result = asyncio.run(launch(spec, python=python(ends('echo "$@" > $OUT/arguments'))))
    assert result == TrainingResult("0badcafe", {"loss_after": 1.5})
    assert (tmp_path / "out/arguments").read_text().split() == [
        "-m", "aiev.student.training", str(tmp_path / "out/spec.json"),
    ]  # fmt: skip
    assert TrainingSpec.read(tmp_path / "out/spec.json") == spec


def test_a_training_that_is_done_is_not_started_again(spec, python, tmp_path):
    (tmp_path / "out").mkdir()
    TrainingResult("0badcafe").write(tmp_path / "out")
    assert asyncio.run(launch(spec, python=python("touch $OUT/started"))) == TrainingResult("0badcafe")
    assert not (tmp_path / "out/started").exists()


def test_events_are_passed_on_in_order_and_other_output_is_not(spec, python):
    seen = []
    script = """
echo 'a warning of some library'
echo '{"event": "data", "train": {"dialogues": 3}}'
echo '{"other": 1}'
echo '{"event": "log", "step": 1, "text": "é"}'
"""
    asyncio.run(launch(spec, python=python(ends(script)), on_event=seen.append))
    assert seen == [{"event": "data", "train": {"dialogues": 3}}, {"event": "log", "step": 1, "text": "é"}]


def test_an_event_may_be_long_and_nobody_needs_to_listen(spec, python):
    seen = []
    script = python(ends(f"""echo '{{"event": "log", "text": "{"x" * 100_000}"}}'"""))
    asyncio.run(launch(spec, python=script, on_event=seen.append))
    assert len(seen[0]["text"]) == 100_000


def test_without_a_listener_events_are_read_away(spec, python):
    assert asyncio.run(launch(spec, python=python(ends("""echo '{"event": "log"}'""")))).weights_hash == "0badcafe"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo first >&2; echo 'CUDA out of memory' >&2; echo >&2; exit 1", "the training failed: CUDA out of memory"),
        ("exit 1", "the training failed: no message"),
        ("echo 'all is well' >&2", "the training failed: all is well"),
        ("printf '\\377 odd\\n' >&2; exit 2", "odd"),
        ("kill -9 $$", "the training failed: no message"),
    ],
)
def test_a_training_that_fails_is_one_line_with_the_place_of_its_log(spec, python, tmp_path, script, words):
    with pytest.raises(AievError, match=words) as caught:
        asyncio.run(launch(spec, python=python(script)))
    assert str(caught.value).endswith(f"the whole log is in {tmp_path / 'out/training.log'}")
    assert "\n" not in str(caught.value)


def test_a_result_of_a_process_that_failed_does_not_count(spec, python):
    with pytest.raises(AievError, match="the training failed"):
        asyncio.run(launch(spec, python=python(ends("") + "\nexit 1")))


def test_a_missing_extra_says_how_to_install_it(spec, python):
    with pytest.raises(SetupError, match=r"No module named 'torch'; run `pip install 'aiev\[train\]'` or name another"):
        asyncio.run(launch(spec, python=python("""echo "No module named 'torch'" >&2; exit 3""")))


@pytest.mark.parametrize("name", ["/nowhere/python", "/etc/hostname"])
def test_a_python_that_cannot_be_started_names_its_setting(spec, name):
    with pytest.raises(SetupError, match=rf"train\.python = '{name}' cannot be started: "):
        asyncio.run(launch(spec, python=name))


def test_the_log_of_a_second_try_follows_that_of_the_first(spec, python, tmp_path):
    for word in ("one", "two"):
        with pytest.raises(AievError, match=word):
            asyncio.run(launch(spec, python=python(f"echo {word} >&2; exit 1")))
    assert (tmp_path / "out/training.log").read_text() == "one\ntwo\n"


def test_keys_stay_here_but_for_those_of_the_trainers_own_services(spec, python, tmp_path, monkeypatch):
    secret = ("OPENAI_API_KEY", "MY_TOKEN", "DB_PASSWORD", "some_secret")
    needed = ("WANDB_API_KEY", "HF_TOKEN", "CUDA_VISIBLE_DEVICES")
    for name in (*secret, *needed):
        monkeypatch.setenv(name, "x")
    asyncio.run(launch(spec, python=python(ends("env > $OUT/environment"))))
    found = {line.partition("=")[0] for line in (tmp_path / "out/environment").read_text().splitlines()}
    assert set(needed) <= found
    assert not found & set(secret)


def test_several_processes_go_through_accelerate(spec, python, tmp_path):
    asyncio.run(launch(spec, python=python(ends('echo "$@" > $OUT/arguments')), processes=4))
    words = (tmp_path / "out/arguments").read_text().split()
    assert words[:5] == ["-m", "accelerate.commands.launch", "--num_processes", "4", "--multi_gpu"]
    assert words[5:7] == ["-m", "aiev.student.training"]


async def test_a_training_that_is_cancelled_is_killed(spec, python, tmp_path):
    going = asyncio.ensure_future(launch(spec, python=python("echo $$ > $OUT/pid; exec sleep 60")))
    pid = tmp_path / "out/pid"
    deadline = time.monotonic() + 10
    while not (pid.exists() and pid.read_text().strip()):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_the_real_process_says_that_its_extra_is_missing(spec, tmp_path, monkeypatch):
    (tmp_path / "shadow").mkdir()
    (tmp_path / "shadow/torch.py").write_text("raise ImportError('no torch here')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "shadow"))
    with pytest.raises(SetupError, match=r"pip install 'aiev\[train\]'"):
        asyncio.run(launch(spec, python=sys.executable))
