import pytest

from aiev.student.training.settings import TrainSettings
from aiev.student.training.spec import TrainingResult, TrainingSpec, adapter_name

SPECIAL = ("<API_RUN_START>", "<API_RUN_STOP>")


def spec(base="m", out="out", train_file="train.jsonl", **settings):
    return TrainingSpec(
        base=base,
        base_folder="",
        train_file=train_file,
        test_file="test.jsonl",
        out=out,
        seed=1,
        settings=TrainSettings(**settings),
    )


def test_the_identity_follows_what_shapes_the_weights_alone():
    one, same = spec(), spec(out="elsewhere", train_file="x", report_to=("wandb",), save_steps=9, processes=4)
    assert one.identity("d") == same.identity("d")
    others = [spec(base="n"), spec(epochs=1.0), spec(special_tokens=SPECIAL)]
    assert len({one.identity("d"), one.identity("e"), *(other.identity("d") for other in others)}) == 5


def test_a_specification_survives_the_way_to_its_process(tmp_path):
    one = spec(special_tokens=SPECIAL, report_to=("wandb",))
    one.write(tmp_path / "spec.json")
    assert TrainingSpec.read(tmp_path / "spec.json") == one


def test_a_specification_is_stored_flat_without_what_concerns_this_machine():
    stored = spec(special_tokens=SPECIAL).as_dict()
    assert (stored["base"], stored["seed"], stored["weights"]) == ("m", 1, "lora")
    assert stored["special_tokens"] == list(SPECIAL)
    assert not {"settings", "processes", "python"} & stored.keys()


def test_a_stage_is_named_by_what_came_before_it_and_by_no_setting_of_the_others():
    first = spec()
    same = [spec(stages=("sft",), beta=0.5, preference_rate=1.0), first.model_copy(update={"start": "elsewhere"})]
    assert {one.identity("d") for one in same} == {first.identity("d")}
    later = spec(stages=("sft", "rpo"))
    assert later.identity("d") == spec(stages=("sft", "rpo"), epochs=9.0, learning_rate=1.0).identity("d")
    others = [spec(stages=("rpo",)), spec(stages=("sft", "dpo")), later.model_copy(update={"start_hash": "0b"})]
    others.append(spec(stages=("sft", "rpo"), beta=0.5))
    assert len({one.identity("d") for one in (first, later, *others)}) == 6


@pytest.mark.parametrize(
    ("settings", "rate"),
    [
        ({}, 2e-4),
        ({"weights": "full"}, 2e-5),
        ({"weights": "full", "learning_rate": 0.5, "preference_rate": 0.1}, 0.5),
        ({"stages": ("sft", "dpo")}, 5e-5),
        ({"stages": ("kto",), "weights": "full"}, 5e-6),
        ({"stages": ("rpo",), "learning_rate": 0.5, "preference_rate": 0.1}, 0.1),
    ],
)
def test_each_way_of_training_has_its_own_learning_rate(settings, rate):
    assert spec(**settings).rate == rate


def test_kto_compares_two_answers_at_least():
    assert [spec(stages=(method,)).batch_size for method in ("sft", "dpo", "kto")] == [1, 1, 2]
    assert spec(stages=("kto",), batch_size=4).batch_size == 4


def test_a_result_is_there_completely_or_not_at_all(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    assert TrainingResult.read(folder) is None
    result = TrainingResult("0badcafe0badcafe", {"loss_after": 1.5}, gguf_adapter=True)
    result.write(folder)
    assert TrainingResult.read(folder) == result
    assert [path.name for path in folder.iterdir()] == ["result.json"]


def test_an_adapter_is_named_by_round_and_weights():
    assert adapter_name(3, "1a2b3c4d5e6f") == "aiev-r003-1a2b3c4d"
