"""One stage of fine-tuning with TRL and PEFT: supervised or by preferences. Runs in the training process alone.

Invariants: labels of dialogues come from `tokens.py`, so no option of the trainer decides what is trained on; the test
split is measured before the first step and after the last, on the same tokens; a killed training resumes from its last
complete checkpoint, and its result appears completely or not at all. What differs by method is in `methods.py`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import TrainerCallback, set_seed

from aiev.errors import UsageError
from aiev.student.training.base import base_folder, has_bf16, load_model, load_tokenizer, lora
from aiev.student.training.gguf_adapter import can_write, write_gguf_adapter
from aiev.student.training.methods import REFERENCE, TRAINERS, dataset, measured, own_arguments, read_data
from aiev.student.training.spec import GGUF_ADAPTER, MERGED, MODEL, TrainingResult, TrainingSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiev.student.training.tokens import Tokenised

    Tell = Callable[[dict[str, Any]], None]

_BEFORE = "before.json"
_DATA = ("train", "test")
_STATE = "trainer_state.json"
"""The last file that the trainer writes into a checkpoint."""


def train(spec: TrainingSpec, tell: Tell) -> TrainingResult:
    """Train, or resume a training, and write the weights to `spec.out`.

    Raises:
        UsageError: nothing is left to train on.
        MaskError: see `tokenise`.
    """
    out, folder = Path(spec.out), base_folder(spec)
    tokenizer, added = load_tokenizer(spec, folder)
    data, test = (read_data(spec, tokenizer, Path(path)) for path in (spec.train_file, spec.test_file))
    if not data.rows:
        raise UsageError(
            f"{spec.train_file}: no {data.unit} to train on; {data.too_long} are longer than "
            f"train.max_tokens = {spec.settings.max_tokens}"
        )
    tell({"event": "data", "train": data.as_dict(), "test": test.as_dict()})
    bf16 = has_bf16(spec)
    set_seed(spec.seed)  # rows of new tokens and the adapter begin with random numbers
    model = load_model(spec, folder, len(tokenizer), bf16=bf16)
    settings_of, trainer_of = TRAINERS[spec.method]
    arguments = settings_of(
        **_arguments(spec, settings_of, bf16=bf16, steps=_steps(spec, data), tested=bool(test.rows)),
        **own_arguments(spec, data),
    )
    with arguments.main_process_first():
        files = [dataset(one, out / name) for one, name in zip((data, test), _DATA, strict=True)]
    trainer = trainer_of(
        model=model,
        args=arguments,
        train_dataset=files[0],
        eval_dataset=files[1],
        processing_class=tokenizer,
        peft_config=lora(spec, model, added=bool(added)),
        callbacks=[_ReportLogs(tell)],
    )
    metrics = _run(trainer, spec, out, tested=bool(test.rows))
    metrics |= {"train": data.as_dict(), "test": test.as_dict(), "added_tokens": added}
    metrics |= {"precision": "bf16" if bf16 else "fp32", "device": _device()}
    return _keep(trainer, tokenizer, spec, metrics, plain=not added)


def _run(trainer: Any, spec: TrainingSpec, out: Path, *, tested: bool) -> dict[str, Any]:
    """Train, and return the figures."""
    checkpoint = _last_checkpoint(out)
    before = _before(trainer, out) if tested else {}
    started = time.monotonic()
    done = trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    seconds = time.monotonic() - started
    after = measured(trainer.evaluate()) if tested else {}
    steps = trainer.state.global_step - (int(checkpoint.name.rpartition("-")[2]) if checkpoint else 0)
    seen = int(trainer.state.num_input_tokens_seen or 0)
    parameters = list(trainer.model.parameters())
    return {
        "loss_before": None,
        "loss_after": None,
        **{f"{name}_before": value for name, value in before.items()},
        **{f"{name}_after": value for name, value in after.items()},
        "train_loss": done.training_loss,
        "steps": trainer.state.global_step,
        "resumed_from_step": trainer.state.global_step - steps if checkpoint else 0,
        "seconds": seconds,
        "tokens_seen": seen,
        "tokens_per_second": seen / seconds if not checkpoint and seconds else None,
        "parameters": sum(parameter.numel() for parameter in parameters),
        "trained_parameters": sum(parameter.numel() for parameter in parameters if parameter.requires_grad),
        "learning_rate": spec.rate,
        "history": [entry for entry in trainer.state.log_history if "loss" in entry or "eval_loss" in entry],
    }


def _before(trainer: Any, out: Path) -> dict[str, float]:
    """What the test split gives before the first step; measured once, kept for a training that resumes."""
    path = out / _BEFORE
    if not path.is_file():
        figures = measured(trainer.evaluate())
        if trainer.is_world_process_zero():
            path.write_text(json.dumps(figures), encoding="utf-8")
        return figures
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _last_checkpoint(out: Path) -> Path | None:
    """The newest complete checkpoint; incomplete ones are removed."""
    found = sorted(out.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]), reverse=True)
    for path in found:
        try:
            json.loads((path / _STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            shutil.rmtree(path, ignore_errors=True)
        else:
            return path
    return None


def _steps(spec: TrainingSpec, data: Tokenised) -> int:
    """Steps of the optimizer at most; packing makes them fewer."""
    batch = spec.batch_size * spec.settings.accumulation * max(1, torch.cuda.device_count())
    sequences = len(data.rows)
    if spec.supervised and spec.settings.packing:
        sequences = max(1, -(-(data.trained + data.masked) // spec.settings.max_tokens))
    return max(1, int(-(-sequences // batch) * spec.epochs + 0.5))


def _arguments(spec: TrainingSpec, settings_of: Any, *, bf16: bool, steps: int, tested: bool) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(settings_of)}
    checkpointing = next(name for name in ("activation_checkpointing", "gradient_checkpointing") if name in names)
    every = max(1, steps // (spec.settings.evaluations + 1))
    return {
        "output_dir": spec.out,
        "num_train_epochs": spec.epochs,
        "learning_rate": spec.rate,
        "per_device_train_batch_size": spec.batch_size,
        "per_device_eval_batch_size": spec.batch_size,
        "gradient_accumulation_steps": spec.settings.accumulation,
        "max_length": spec.settings.max_tokens,
        "bf16": bf16,
        "fp16": False,
        "use_cpu": not torch.cuda.is_available(),
        "lr_scheduler_type": spec.settings.schedule,
        "warmup_steps": round(spec.settings.warmup_share * steps),
        "save_strategy": "steps",
        "save_steps": spec.settings.save_steps,
        "save_total_limit": 2,
        "logging_steps": 1,
        "eval_strategy": "steps" if tested and spec.settings.evaluations else "no",
        "eval_steps": every,
        "include_num_input_tokens_seen": "all",
        "report_to": list(spec.settings.report_to) or "none",
        "disable_tqdm": True,
        "seed": spec.seed,
        "data_seed": spec.seed,
        "remove_unused_columns": True,
        checkpointing: spec.settings.gradient_checkpointing,
    }


def _keep(trainer: Any, tokenizer: Any, spec: TrainingSpec, metrics: dict[str, Any], *, plain: bool) -> TrainingResult:
    """Save weights and tokenizer with their hash. `plain`: no tokens were added."""
    out = Path(spec.out)
    partial, folder = out / f"{MODEL}.partial", out / MODEL
    trainer.save_model(str(partial))
    if not trainer.is_world_process_zero():
        return TrainingResult(weights_hash="")
    tokenizer.save_pretrained(str(partial))
    for aside in ("checkpoint", REFERENCE):
        shutil.rmtree(partial / aside, ignore_errors=True)
    gguf = spec.settings.weights == "lora" and plain and can_write(spec.base)
    if gguf:
        write_gguf_adapter(partial, Path(spec.base), partial / GGUF_ADAPTER)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    if spec.settings.weights == "lora" and not plain:
        _merge(trainer, tokenizer, out / MERGED)
    result = TrainingResult(weights_hash=_weights_hash(folder), metrics=metrics, gguf_adapter=gguf)
    result.write(out)
    for path in (*out.glob("checkpoint-*"), *(out / name for name in _DATA)):
        shutil.rmtree(path, ignore_errors=True)
    return result


def _merge(trainer: Any, tokenizer: Any, folder: Path) -> None:
    """Save the whole model, for servers that take no adapter with new tokens."""
    trainer.model.merge_and_unload().save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))


def _weights_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def _device() -> str:
    count = torch.cuda.device_count()
    return f"{count} x {torch.cuda.get_device_name(0)}" if count else f"CPU, {torch.get_num_threads()} threads"


class _ReportLogs(TrainerCallback):  # type: ignore[misc]
    """Passes on what the trainer logs."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def on_log(self, _args: Any, state: Any, _control: Any, logs: Any = None, **_: Any) -> None:
        """One line for each step and each measurement."""
        if state.is_world_process_zero:
            figures = {name: value for name, value in (logs or {}).items() if isinstance(value, (int, float))}
            self._tell({"event": "log", "step": state.global_step, "steps": state.max_steps, **figures})
