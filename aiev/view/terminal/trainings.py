"""Trainings of the student, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiev.view.amounts import span
from aiev.view.safe import safe
from aiev.view.terminal.tables import pairs

if TYPE_CHECKING:
    from rich.table import Table

    from aiev.store.student_records import TrainingRecord


_UNITS = ("dialogues", "pairs", "answers")
_OF_PREFERENCE = ("margin", "accuracy")
"""Of the rewards: how far the chosen answers are ahead, and how often."""


def training_view(record: TrainingRecord) -> Table:
    """A training with its result."""
    found = record.metrics
    train = found.get("train", {})
    unit = next((name for name in _UNITS if name in train), "dialogues")
    return pairs(
        [
            ("training", f"{record.id} (round {record.round}, {' then '.join(record.stages)}, {record.weights})"),
            ("student", safe(record.base)),
            ("adapter" if record.weights == "lora" else "model", record.adapter),
            ("saved in", safe(record.path)),
            ("loss on the test split", _both(found, "loss", "no test items")),
            *[(f"{name} on the test split", _both(found, name)) for name in _OF_PREFERENCE if f"{name}_after" in found],
            (unit, f"{train.get(unit, 0)}; {train.get('too_long', 0)} too long"),
            ("tokens", f"{train.get('trained_tokens', 0)} in the loss, {train.get('masked_tokens', 0)} masked"),
            ("weights", f"{found.get('trained_parameters', 0):,} of {found.get('parameters', 0):,} trained"),
            ("time", f"{span(found.get('seconds', 0.0))}, {found.get('steps', 0)} steps{_speed(found)}"),
            ("device", f"{found.get('device', '-')}, {found.get('precision', '-')}"),
        ]
    )


def training_line(event: dict[str, Any]) -> str:
    """An event of a training in one line; empty for an event that needs none."""
    if event["event"] == "data":
        data = event["train"]
        unit = next(name for name in _UNITS if name in data)
        return (
            f"{data[unit]} {unit}, {data['trained_tokens']} tokens in the loss, "
            f"{data['masked_tokens']} masked, {data['too_long']} too long"
        )
    if "eval_loss" in event:
        shown = f"step {event['step']}/{event['steps']}: loss on the test split {event['eval_loss']:.4f}"
        margin = event.get("eval_rewards/margins")
        return shown if margin is None else f"{shown}, margin {margin:.4f}"
    return f"step {event['step']}/{event['steps']}: loss {event['loss']:.4f}" if "loss" in event else ""


def _both(found: dict[str, Any], name: str, nothing: str = "-") -> str:
    before, after = found.get(f"{name}_before"), found.get(f"{name}_after")
    return nothing if before is None or after is None else f"{before:.4f} before, {after:.4f} after"


def _speed(found: dict[str, Any]) -> str:
    return f", {found['tokens_per_second']:.0f} tokens/s" if found.get("tokens_per_second") else ""
