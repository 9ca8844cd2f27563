"""Writes a LoRA adapter for SmolLM2-135M in PEFT's layout with the standard library alone: random, but always the same.

It is not trained on anything; it is strong enough that the model answers otherwise with it than without.
"""

import json
import random
import struct
from array import array

LAYERS, HIDDEN, VALUES = 30, 576, 192


def write_adapter(folder, *, rank=8, seed=1):
    """Make `folder` with `adapter_config.json` and `adapter_model.safetensors`."""
    folder.mkdir(parents=True)
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": rank,
        "lora_alpha": 2 * rank,
        "target_modules": ["v_proj"],
        "bias": "none",
    }
    (folder / "adapter_config.json").write_text(json.dumps(config))
    numbers = random.Random(seed)
    header, parts, offset = {}, [], 0
    for layer in range(LAYERS):
        for name, shape in (("A", (rank, HIDDEN)), ("B", (VALUES, rank))):
            data = array("f", (numbers.gauss(0, 0.05) for _ in range(shape[0] * shape[1]))).tobytes()
            key = f"base_model.model.model.layers.{layer}.self_attn.v_proj.lora_{name}.weight"
            header[key] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + len(data)]}
            parts.append(data)
            offset += len(data)
    text = json.dumps(header).encode()
    (folder / "adapter_model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))
    return folder
