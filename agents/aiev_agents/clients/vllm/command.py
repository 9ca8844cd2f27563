"""The command line of a vLLM server.

Invariant: an option that vLLM can choose by itself is left out unless a value was given. Not covered: which values a
model or a machine can take; vLLM says so itself, and `log.py` repeats it.
"""

from __future__ import annotations

import importlib.util
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aiev_agents.errors import ModelUnavailable

if TYPE_CHECKING:
    from aiev_agents.clients.settings import VllmSettings

_MODULE = "vllm.entrypoints.cli.main"


def command_line(settings: VllmSettings, name: str, port: int) -> list[str]:
    """The command that serves a model as `name` on 127.0.0.1 at `port`.

    Raises:
        ModelUnavailable: there is no vLLM here.
    """
    line = [*_program(settings.command), "serve", settings.weights or name]
    line += ["--host", "127.0.0.1", "--port", str(port), "--served-model-name", name]
    chosen = {
        "--dtype": settings.dtype,
        "--tensor-parallel-size": settings.tensor_parallel,
        "--data-parallel-size": settings.data_parallel,
        "--max-model-len": settings.max_model_len,
        "--gpu-memory-utilization": settings.gpu_memory_share,
    }
    if settings.lora:
        line.append("--enable-lora")
        chosen |= {"--max-lora-rank": settings.max_lora_rank, "--max-loras": settings.max_loras}
    line += [word for option, value in chosen.items() if value for word in (option, str(value))]
    return [*line, *settings.arguments]


def _program(command: str) -> list[str]:
    """The command given; else `vllm` beside this Python, on the PATH, or as a module of this Python."""
    if command:
        return _existing(shlex.split(command))
    beside = Path(sys.executable).parent / "vllm"
    if beside.is_file():
        return [str(beside)]
    if found := shutil.which("vllm"):
        return [found]
    if importlib.util.find_spec("vllm"):
        return [sys.executable, "-m", _MODULE]
    raise ModelUnavailable(
        "there is no `vllm` command here; pip install 'aiev[vllm]', name one of another environment with "
        "vllm.command, or give the address of a server that runs with model.base_url"
    )


def _existing(words: list[str]) -> list[str]:
    if words and (found := shutil.which(words[0])):
        return [found, *words[1:]]
    raise ModelUnavailable(f"vllm.command = {' '.join(words)!r}: no such program; give the path of a `vllm` command")
