"""What TRL's trainers differ in: classes, settings of the loss, and the form of the data.

Runs in the training process alone. Invariants: the reference of a preference stage is the model as the stage began, and
its log-probabilities are computed before the first step, also where a training resumes; what was computed is kept
beside the rows, so that it is computed once. TRL cuts nothing, since `tokens.py` left out what is too long.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from datasets import Dataset, load_from_disk
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

from aiev.student.training.tokens import read_preferences, tokenise

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.student.training.spec import TrainingSpec
    from aiev.student.training.tokens import Tokenised

TRAINERS: dict[str, tuple[Any, Any]] = {
    "sft": (SFTConfig, SFTTrainer),
    "dpo": (DPOConfig, DPOTrainer),
    "rpo": (DPOConfig, DPOTrainer),
    "kto": (KTOConfig, KTOTrainer),
}
"""Settings and trainer of each method."""
REFERENCE = "ref"
"""The adapter in which TRL keeps the reference of a stage that goes on with an adapter."""


def read_data(spec: TrainingSpec, tokenizer: Any, path: Path) -> Tokenised:
    """The rows of a file as the stage's trainer takes them."""
    data = (tokenise if spec.supervised else read_preferences)(tokenizer, path, spec.settings.max_tokens)
    if spec.method == "kto":  # its trainer keeps the order, since it compares neighbours
        random.Random(spec.seed).shuffle(data.rows)  # noqa: S311 - reproducible, not secret
    return data


def dataset(data: Tokenised, folder: Path) -> Dataset | None:
    """The rows on disk, written once; None without any."""
    if not data.rows:
        return None
    if not folder.is_dir():
        partial = folder.with_name(f"{folder.name}.partial")
        Dataset.from_list(data.rows).save_to_disk(str(partial))
        partial.rename(folder)
    return load_from_disk(str(folder))


def own_arguments(spec: TrainingSpec, data: Tokenised) -> dict[str, Any]:
    """Settings that the method's trainer alone has."""
    if spec.supervised:
        return {"packing": spec.settings.packing, "eval_packing": False}
    compared = {"beta": spec.settings.beta, "precompute_ref_log_probs": True, "prediction_loss_only": True}
    if spec.method == "rpo":
        return compared | {"loss_type": ["sigmoid", "sft"], "loss_weights": [1.0, spec.settings.sft_weight]}
    return compared | (_balance(data) if spec.method == "kto" else {})


def _balance(data: Tokenised) -> dict[str, float]:
    """Weights by which both labels count alike. Source: KTO, arXiv 2402.01306, and TRL's bounds for them."""
    good = sum(bool(row["label"]) for row in data.rows)
    bad = len(data.rows) - good
    return {"desirable_weight": max(1.0, bad / max(good, 1)), "undesirable_weight": max(1.0, good / max(bad, 1))}


def measured(figures: dict[str, Any]) -> dict[str, float]:
    """Loss on the test split; of preferences also the margin of rewards, and how often the chosen answer has more.

    Not covered: accuracy under KTO, whose answers are no pairs.
    """
    names = {"loss": "loss", "margin": "rewards/margins", "accuracy": "rewards/accuracies"}
    found = {name: figures.get(f"eval_{key}") for name, key in names.items()}
    sides = [figures.get(f"eval_rewards/{side}") for side in ("chosen", "rejected")]
    if found["margin"] is None and None not in sides:
        found["margin"] = sides[0] - sides[1]  # type: ignore[operator]
    return {name: float(value) for name, value in found.items() if value is not None}
