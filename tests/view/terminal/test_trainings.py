import pytest
from support.terminal import shown

from aiev.store.student_records import TrainingRecord
from aiev.view.terminal.trainings import training_line, training_view

METRICS = {
    "train": {"dialogues": 9, "too_long": 1, "trained_tokens": 50, "masked_tokens": 70}, "trained_parameters": 1000,
    "parameters": 20_000, "seconds": 65, "steps": 4, "tokens_per_second": 30, "device": "cpu", "precision": "fp32",
    "loss_before": 2.0, "loss_after": 1.5,
}  # fmt: skip


def test_a_training_shows_its_result():
    record = TrainingRecord("t1", 3, "tiny", "lora", "done", adapter="aiev-r003-1a", path="/x", metrics=METRICS)
    text = shown(training_view(record))
    for part in (
        "t1 (round 3, sft, lora)",
        "2.0000 before, 1.5000 after",
        "50 in the loss, 70 masked",
        "1,000 of 20,000 trained",
        "1 min 05 s, 4 steps, 30 tokens/s",
    ):
        assert part in text


def test_a_stage_by_preferences_shows_how_the_reward_came_apart():
    found = {"pairs": 7, "too_long": 2}, {"margin_before": 0.0, "margin_after": 0.5, "accuracy_after": 1.0}
    config = {"stages": ["sft", "rpo"], "weights": "full"}
    record = TrainingRecord("t2", 1, "tiny", "rpo", "done", config=config, metrics={"train": found[0], **found[1]})
    text = shown(training_view(record))
    for part in ("t2 (round 1, sft then rpo, full)", "7; 2 too long", "0.0000 before, 0.5000 after", "model"):
        assert part in text


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_training_of_an_earlier_aiev_keeps_its_weights(method):
    record = TrainingRecord("t1", 1, "tiny", method, "done", config={"method": method})
    assert f"(round 1, sft, {method})" in shown(training_view(record))


def test_a_training_without_test_items_says_so():
    assert "no test items" in shown(training_view(TrainingRecord("t1", 0, "tiny", "full", "done")))


@pytest.mark.parametrize(
    ("event", "line"),
    [
        ({"event": "data", "train": METRICS["train"]}, "9 dialogues, 50 tokens in the loss, 70 masked, 1 too long"),
        (
            {"event": "data", "train": {"answers": 4, "trained_tokens": 5, "masked_tokens": 7, "too_long": 0}},
            "4 answers, 5 tokens in the loss, 7 masked, 0 too long",
        ),
        (
            {"event": "log", "step": 4, "steps": 4, "eval_loss": 1, "eval_rewards/margins": 0.25},
            "step 4/4: loss on the test split 1.0000, margin 0.2500",
        ),
        ({"event": "log", "step": 1, "steps": 4, "loss": 1.25}, "step 1/4: loss 1.2500"),
        ({"event": "log", "step": 4, "steps": 4, "eval_loss": 1}, "step 4/4: loss on the test split 1.0000"),
        ({"event": "log", "step": 4, "steps": 4}, ""),
    ],
)
def test_events_are_lines(event, line):
    assert training_line(event) == line
