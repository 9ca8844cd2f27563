"""A LoRA adapter for llama.cpp, so that a machine without a GPU can serve the trained student on its quantized base.

llama.cpp adds `alpha / rank * B A x` to a layer, as PEFT does, and takes both matrices unchanged under its own names,
with one exception: for the Llama family it stores the rows of the query and key projections in another order (rotary
halves interleaved), so the rows of B are reordered. Runs in the training process alone.

Invariant: every pair of the adapter is written, or nothing is. Not covered: new tokens, DoRA, rank-stabilised LoRA.

Source: llama.cpp's GGUF naming (the package `gguf`), and its rule for rotary rows.
"""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING, Any

from aiev.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_PREFIX = "base_model.model."
_PERMUTED = ("llama",)
"""Architectures whose query and key rows llama.cpp stores in another order."""


def can_write(base: str) -> bool:
    """Whether an adapter of this base can be written for llama.cpp."""
    return base.endswith(".gguf") and importlib.util.find_spec("gguf") is not None


def write_gguf_adapter(adapter: Path, base: Path, target: Path) -> None:
    """Write PEFT's adapter for llama.cpp.

    Args:
        adapter: folder with `adapter_config.json` and `adapter_model.safetensors`.
        base: GGUF file of the model under it.
        target: file to write.

    Raises:
        UsageError: llama.cpp does not know a layer of the adapter.
    """
    import gguf
    from safetensors.numpy import load_file

    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    reader = gguf.GGUFReader(base)
    architecture = str(_field(reader, "general.architecture"))
    blocks = int(_field(reader, f"{architecture}.block_count"))
    heads = int(_field(reader, f"{architecture}.attention.head_count"))
    heads_kv = int(_field(reader, f"{architecture}.attention.head_count_kv") or heads)
    kind = {name: key for key, name in gguf.MODEL_ARCH_NAMES.items()}[architecture]
    names = gguf.get_tensor_name_map(kind, blocks)
    partial = target.with_name(f"{target.name}.partial")
    writer = gguf.GGUFWriter(partial, architecture)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(config["lora_alpha"]))
    for key, matrix in sorted(load_file(adapter / "adapter_model.safetensors").items()):
        layer, part = _parsed(key)
        name = names.get_name(layer, try_suffixes=(".weight",))
        if name is None:
            raise UsageError(f"llama.cpp has no layer for {layer} of a {architecture} model; serve it with vLLM")
        rows = heads if layer.endswith("q_proj") else heads_kv if layer.endswith("k_proj") else 0
        if part == "lora_b" and rows and architecture in _PERMUTED:
            matrix = interleaved(matrix, rows)  # noqa: PLW2901
        writer.add_tensor(f"{name}.weight.{part}", matrix.astype("float32"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(target)


def interleaved(matrix: Any, heads: int) -> Any:
    """Rows of a projection in llama.cpp's order: within each head, the two rotary halves one row after the other."""
    rows = matrix.shape[0]
    halves = matrix.reshape(heads, 2, rows // heads // 2, *matrix.shape[1:])
    return halves.swapaxes(1, 2).reshape(matrix.shape)


def _parsed(key: str) -> tuple[str, str]:
    """`base_model.model.model.layers.0.mlp.up_proj.lora_A.weight` as layer and part."""
    for mark, part in ((".lora_A.weight", "lora_a"), (".lora_B.weight", "lora_b")):
        if key.startswith(_PREFIX) and key.endswith(mark):
            return key.removeprefix(_PREFIX).removesuffix(mark), part
    raise UsageError(f"the adapter holds {key}, which llama.cpp cannot take; serve it with vLLM")


def _field(reader: Any, name: str) -> Any:
    found = reader.get_field(name)
    return found.contents() if found else None
