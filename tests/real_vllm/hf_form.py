"""Writes the weights of a GGUF file as a folder that vLLM and transformers load: `python hf_form.py GGUF FOLDER`.

Runs in an environment with torch, transformers and gguf. The numbers are those of the quantised file, as bfloat16.
"""

import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig


def main(gguf, folder):
    source = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    plain = GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(**source, dtype=torch.bfloat16, quantization_config=plain)
    model.hf_quantizer = None  # the numbers are plain now, and must be saved as such
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    part = folder.with_name(folder.name + ".part")
    model.save_pretrained(part)
    AutoTokenizer.from_pretrained(**source).save_pretrained(part)
    part.rename(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
