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

from aiev.student.training.settings import Method, TrainSettings

if TYPE_CHECKING:
    from pathlib import Path

RESULT = "result.json"
MODEL = "model"
"""Folder of the trained weights inside of a training's folder."""
MERGED = "merged"
"""The whole model, where tokens were added: no server takes an adapter that brings tokens along."""
GGUF_ADAPTER = "adapter.gguf"
"""The adapter for llama.cpp, beside the other one."""
RATES = {"lora": (2e-4, 5e-5), "full": (2e-5, 5e-6)}
"""Learning rates of supervised and of preference stages; see `settings.py`, and TRL's examples."""
_SHAPES_NOTHING = {"base_folder", "train_file", "test_file", "out", "report_to", "save_steps", "start"}
"""Values that do not change the weights."""
_BEFORE = {"weights": "method"}
"""Names that had another one in 0.1.0."""
_SINCE: dict[str, Any] = {"stages": ["sft"], "start_hash": ""}
"""Values that 0.1.0 had no name for: they leave a training's name what it was."""
_OF_SFT = {"epochs", "learning_rate", "packing"}
_OF_PREFERENCE = {"preference_epochs", "preference_rate", "beta", "sft_weight"}


class TrainingSpec(BaseModel):
    """One training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str
    """Folder in Hugging Face form, a name on the hub, or a GGUF file."""
    base_folder: str
    """Folder for a GGUF file in Hugging Face form; empty for the others."""
    train_file: str
    """JSON Lines: `messages` with `role`, `content` and `train`; for preference stages rows of `dpo` or `kto`."""
    test_file: str
    out: str
    seed: int
    settings: TrainSettings
    """Its `stages` end with this one."""
    start: str = ""
    """Folder of the weights of the stage before; empty begins with the base."""
    start_hash: str = ""
    """Of those weights."""

    @property
    def method(self) -> Method:
        """How this stage trains."""
        return self.settings.stages[-1]

    @property
    def supervised(self) -> bool:
        """Whether it learns from dialogues; else from preferences."""
        return self.method == "sft"

    @property
    def epochs(self) -> float:
        """Passes over the data."""
        return self.settings.epochs if self.supervised else self.settings.preference_epochs

    @property
    def rate(self) -> float:
        """The learning rate in use."""
        settings, (supervised, preference) = self.settings, RATES[self.settings.weights]
        return (settings.learning_rate or supervised) if self.supervised else (settings.preference_rate or preference)

    @property
    def batch_size(self) -> int:
        """Sequences on each device at once."""
        return max(2, self.settings.batch_size) if self.method == "kto" else self.settings.batch_size

    def as_dict(self) -> dict[str, Any]:
        """Flat and JSON-ready, as it is stored with a training."""
        settings = self.settings.model_dump(mode="json", exclude={"processes", "python"})
        return self.model_dump(mode="json", exclude={"settings"}) | settings

    def identity(self, data_hash: str) -> str:
        """First 16 hex digits of the SHA-256 over data, model and settings."""
        aside = _SHAPES_NOTHING | (_OF_PREFERENCE if self.supervised else _OF_SFT)
        shaped_by = {
            _BEFORE.get(name, name): value
            for name, value in self.as_dict().items()
            if name not in aside and _SINCE.get(name) != value
        }
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
