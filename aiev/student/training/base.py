"""Loads the model that is trained and its tokenizer, and adds new tokens and the adapter.

Runs in the training process alone. Invariants: new tokens get new rows of the embedding, never existing ones, and both
ways of training train them; a later stage goes on with the adapter of the one before, so that one adapter is served.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from peft import LoraConfig, PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

if TYPE_CHECKING:
    from aiev.student.training.spec import TrainingSpec


def base_folder(spec: TrainingSpec) -> str:
    """Folder or hub name of the base; a GGUF file is turned into Hugging Face form once."""
    if not spec.base.endswith(".gguf"):
        return spec.base
    folder = Path(spec.base_folder)
    if not (folder / "config.json").is_file():
        _unpack(Path(spec.base), folder)
    return str(folder)


def _unpack(gguf: Path, folder: Path) -> None:
    """Read a GGUF file and write it in Hugging Face form, completely or not at all."""
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.bfloat16)
    model.hf_quantizer = None  # the weights are no longer quantized, but would be saved as if they were
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    partial = folder.with_name(f"{folder.name}.partial")
    model.save_pretrained(partial)
    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(partial)
    partial.rename(folder)


def load_tokenizer(spec: TrainingSpec, folder: str) -> tuple[Any, int]:
    """The tokenizer with the special tokens, and how many of them it did not have."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    known = len(tokenizer)
    if spec.settings.special_tokens:
        tokenizer.add_special_tokens(
            {"extra_special_tokens": list(spec.settings.special_tokens)}, replace_extra_special_tokens=False
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token  # the loss follows the labels, so padding may share an id
    return tokenizer, len(tokenizer) - known


def load_model(spec: TrainingSpec, folder: str, tokens: int, *, bf16: bool) -> Any:
    """The model, with an embedding of at least `tokens` rows, and the adapter of the stage before, if there is one.

    Full training uses 32-bit weights.
    """
    adapted = spec.settings.weights == "lora"
    dtype = torch.bfloat16 if bf16 and adapted else torch.float32
    model = AutoModelForCausalLM.from_pretrained(folder if adapted else spec.start or folder, dtype=dtype)
    if tokens > model.get_input_embeddings().weight.shape[0]:
        model.resize_token_embeddings(tokens, mean_resizing=False)
    return PeftModel.from_pretrained(model, spec.start, is_trainable=True) if adapted and spec.start else model


def lora(spec: TrainingSpec, model: Any, *, added: bool) -> Any:
    """Settings of a new adapter; None where there is none to make. With added tokens the whole embedding is trained."""
    if spec.settings.weights == "full" or spec.start:
        return None
    tied = bool(model.config.get_text_config().tie_word_embeddings)
    embeddings = {"modules_to_save": ["embed_tokens"] if tied else ["embed_tokens", "lm_head"]} if added else {}
    return LoraConfig(
        r=spec.settings.lora_rank,
        lora_alpha=spec.settings.lora_alpha,
        lora_dropout=spec.settings.lora_dropout,
        target_modules=list(spec.settings.lora_modules) or "all-linear",
        task_type="CAUSAL_LM",
        ensure_weight_tying=bool(embeddings) and tied,
        **embeddings,
    )


def has_bf16(spec: TrainingSpec) -> bool:
    """Whether to compute in bfloat16."""
    if spec.settings.precision == "auto":
        return bool(torch.cuda.is_available() and torch.cuda.is_bf16_supported())
    return spec.settings.precision == "bf16"
