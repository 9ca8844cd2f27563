"""The specification of a training and its result: the two files between aiev and the training process.

Invariant: both are plain values that survive a round trip through JSON; `identity` names a training by everything that
shapes its result, and by nothing else (no paths of data, no reporting).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from aiev.student.training.settings import TrainSettings

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
_SHAPES_NOTHING = {"base_folder", "train_file", "test_file", "out", "report_to", "save_steps"}
"""Values that do not change the weights."""


class TrainingSpec(BaseModel):
    """One training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str
    """Folder in Hugging Face form, a name on the hub, or a GGUF file."""
    base_folder: str
    """Folder for a GGUF file in Hugging Face form; empty for the others."""
    train_file: str
    """JSON Lines: `messages` with `role`, `content` and `train`."""
    test_file: str
    out: str
    seed: int
    settings: TrainSettings

    @property
    def rate(self) -> float:
        """The learning rate in use."""
        return self.settings.learning_rate or (LORA_RATE if self.settings.method == "lora" else FULL_RATE)

    def as_dict(self) -> dict[str, Any]:
        """Flat and JSON-ready, as it is stored with a training."""
        settings = self.settings.model_dump(mode="json", exclude={"processes", "python"})
        return self.model_dump(mode="json", exclude={"settings"}) | settings

    def identity(self, data_hash: str) -> str:
        """First 16 hex digits of the SHA-256 over data, model and settings."""
        shaped_by = {name: value for name, value in self.as_dict().items() if name not in _SHAPES_NOTHING}
        text = json.dumps([data_hash, shaped_by], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def write(self, path: Path) -> None:
        """Write the file for the training process."""
        path.write_text(self.model_dump_json(indent=2), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> TrainingSpec:
        """Read what `write` wrote."""
        return cls.model_validate_json(path.read_text(encoding="utf-8"))


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
