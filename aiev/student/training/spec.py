"""The specification of a training and its result: the two files between aiev and the training process.

Invariant: both are plain values that survive a round trip through JSON; `identity` names a training by everything that
shapes its result, and by nothing else (no paths of data, no reporting).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

RESULT = "result.json"
MODEL = "model"
"""Folder of the trained weights inside of a training's folder."""
MERGED = "merged"
"""The whole model, where tokens were added: no server takes an adapter that brings tokens along."""
GGUF_ADAPTER = "adapter.gguf"
"""The adapter for llama.cpp, beside the other one."""
LORA_RATE, FULL_RATE = 2e-4, 2e-5
"""Learning rates of the two methods, as in TRL's examples."""


@dataclass(frozen=True, slots=True)
class TrainingSpec:
    """One training."""

    base: str
    """Folder in Hugging Face form, a name on the hub, or a GGUF file."""
    base_folder: str
    """Folder for a GGUF file in Hugging Face form; empty for the others."""
    train_file: str
    """JSON Lines: `messages` with `role`, `content` and `train`."""
    test_file: str
    out: str
    method: Literal["lora", "full"]
    epochs: float
    learning_rate: float
    """Of the optimizer; 0 takes the method's own."""
    batch_size: int
    accumulation: int
    max_tokens: int
    packing: bool
    precision: Literal["auto", "bf16", "fp32"]
    gradient_checkpointing: bool
    lora_rank: int
    lora_alpha: int
    lora_dropout: float
    lora_modules: tuple[str, ...]
    special_tokens: tuple[str, ...]
    schedule: str
    warmup_share: float
    save_steps: int
    evaluations: int
    report_to: tuple[str, ...]
    seed: int

    @property
    def rate(self) -> float:
        """The learning rate in use."""
        return self.learning_rate or (LORA_RATE if self.method == "lora" else FULL_RATE)

    def identity(self, data_hash: str) -> str:
        """First 16 hex digits of the SHA-256 over data, model and settings."""
        apart = {"base_folder", "train_file", "test_file", "out", "report_to", "save_steps"}
        shaped_by = {name: value for name, value in asdict(self).items() if name not in apart}
        text = json.dumps([data_hash, shaped_by], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def write(self, path: Path) -> None:
        """Write the file for the training process."""
        path.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> TrainingSpec:
        """Read what `write` wrote."""
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        lists = ("lora_modules", "special_tokens", "report_to")
        return cls(**values | {name: tuple(values[name]) for name in lists})


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """The result of a training."""

    weights_hash: str
    """SHA-256 over the weights that were trained."""
    metrics: dict[str, Any] = field(default_factory=dict)
    gguf_adapter: bool = False
    """Whether there is an adapter for llama.cpp as well."""

    def write(self, folder: Path) -> None:
        """Write the result, completely or not at all."""
        partial = folder / f"{RESULT}.partial"
        partial.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")
        partial.replace(folder / RESULT)

    @classmethod
    def read(cls, folder: Path) -> TrainingResult | None:
        """The result of a finished training; None before."""
        path = folder / RESULT
        return cls(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def adapter_name(round_number: int, weights_hash: str) -> str:
    """Name that a trained student is served under, unique to its weights, so that no server answers from old ones."""
    return f"aiev-r{round_number:03}-{weights_hash[:8]}"
