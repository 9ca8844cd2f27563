"""Adapters in llama.cpp's form: names, shapes and the order of rows."""

import json

import pytest

from aiev.errors import UsageError
from aiev.student.training.gguf_adapter import can_write, interleaved, write_gguf_adapter

pytestmark = pytest.mark.train


@pytest.fixture
def base(train_extra, tmp_path):
    """The header of a Llama with two heads for queries and one for keys."""
    gguf = pytest.importorskip("gguf")
    writer = gguf.GGUFWriter(tmp_path / "base.gguf", "llama")
    writer.add_block_count(1)
    writer.add_head_count(2)
    writer.add_head_count_kv(1)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return tmp_path / "base.gguf"


def adapter(folder, layers):
    """An adapter of rank 2 whose matrices count upwards."""
    import numpy as np
    from safetensors.numpy import save_file

    tensors = {}
    for layer, rows in layers.items():
        tensors[f"base_model.model.{layer}.lora_A.weight"] = np.arange(2 * 8, dtype="float32").reshape(2, 8)
        tensors[f"base_model.model.{layer}.lora_B.weight"] = np.arange(rows * 2, dtype="float32").reshape(rows, 2)
    save_file(tensors, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"lora_alpha": 16, "r": 2}))
    return folder


def read(path):
    import gguf

    reader = gguf.GGUFReader(path)
    fields = {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.")}
    return fields, {tensor.name: tensor.data for tensor in reader.tensors}


def test_every_matrix_is_written_under_llama_cpps_name_with_alpha(base, tmp_path):
    adapter(tmp_path, {"model.layers.0.self_attn.q_proj": 8, "model.layers.0.mlp.up_proj": 12})
    write_gguf_adapter(tmp_path, base, tmp_path / "adapter.gguf")
    fields, tensors = read(tmp_path / "adapter.gguf")
    assert (fields["general.type"], fields["adapter.type"], fields["adapter.lora.alpha"]) == ("adapter", "lora", 16.0)
    assert {name: array.shape for name, array in tensors.items()} == {
        "blk.0.attn_q.weight.lora_a": (2, 8),
        "blk.0.attn_q.weight.lora_b": (8, 2),
        "blk.0.ffn_up.weight.lora_a": (2, 8),
        "blk.0.ffn_up.weight.lora_b": (12, 2),
    }


def test_rows_of_queries_and_keys_alone_come_in_rotary_order(base, tmp_path):
    layers = {
        "model.layers.0.self_attn.q_proj": 8,
        "model.layers.0.self_attn.k_proj": 4,
        "model.layers.0.mlp.up_proj": 4,
    }
    adapter(tmp_path, layers)
    write_gguf_adapter(tmp_path, base, tmp_path / "adapter.gguf")
    _, tensors = read(tmp_path / "adapter.gguf")
    order = {name: [int(row[0]) // 2 for row in array] for name, array in tensors.items() if name.endswith("lora_b")}
    assert order["blk.0.attn_q.weight.lora_b"] == [0, 2, 1, 3, 4, 6, 5, 7]
    assert order["blk.0.attn_k.weight.lora_b"] == [0, 2, 1, 3]
    assert order["blk.0.ffn_up.weight.lora_b"] == [0, 1, 2, 3]


def test_the_order_is_what_transformers_undoes_when_it_reads_a_gguf_file(train_extra):
    import numpy as np
    from transformers.modeling_gguf_pytorch_utils import LlamaTensorProcessor

    matrix = np.random.default_rng(0).normal(size=(12, 5))
    undone = LlamaTensorProcessor()._reverse_permute_weights(interleaved(matrix, 2), 2)
    assert (undone == matrix).all()


@pytest.mark.parametrize(
    ("layer", "words"), [("model.layers.0.odd_proj", "no layer for"), ("model.layers.7.mlp.up_proj", "no layer for")]
)
def test_a_layer_that_llama_cpp_does_not_know_leaves_no_file(base, tmp_path, layer, words):
    adapter(tmp_path, {layer: 4})
    with pytest.raises(UsageError, match=words):
        write_gguf_adapter(tmp_path, base, tmp_path / "adapter.gguf")
    assert not (tmp_path / "adapter.gguf").exists()


def test_only_a_gguf_student_gets_one(train_extra):
    pytest.importorskip("gguf")
    assert can_write("/models/small.gguf")
    assert not can_write("/models/small")
