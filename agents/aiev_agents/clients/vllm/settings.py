"""What is asked of a vLLM server, and the command line that it becomes.

Invariant: an option that vLLM can choose by itself is left out unless a value was given. Not covered: which values a
model or a machine can take; vLLM says so itself, and `log.py` repeats it.
"""

from __future__ import annotations

import importlib.util
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from aiev_agents.errors import ModelUnavailable

_MODULE = "vllm.entrypoints.cli.main"


@dataclass(frozen=True, slots=True)
class VllmSettings:
    """A server to start. Empty strings and zeros leave the choice to vLLM."""

    name: str
    """Under which the model is served and asked for."""
    weights: str = ""
    """Folder or hub name of the weights; "" takes `name`."""
    command: str = ""
    """What starts vLLM up to `serve`, such as `/opt/vllm/bin/vllm`; "" looks for it, see `command_line`."""
    dtype: str = ""
    tensor_parallel: int = 0
    """Accelerators that one copy of the model is spread over."""
    data_parallel: int = 0
    """Copies of the model."""
    max_model_len: int = 0
    """Context in tokens."""
    gpu_memory_share: float = 0.0
    """Of each accelerator's memory, 0 to 1."""
    lora: bool = False
    """Adapters can be loaded and unloaded while it runs."""
    max_lora_rank: int = 64
    max_loras: int = 1
    """Adapters that one batch may mix."""
    arguments: tuple[str, ...] = ()
    """Further arguments of `vllm serve`, last, so that they win."""
    start_seconds: float = 1800.0
    """How long it may take until it answers; large weights load for minutes."""
    grammar: bool = True
    """Send the grammars of requests."""
    stop_seconds: float = 15.0
    """From asking it to end to killing it."""
    timeout_seconds: float = 600.0
    """Wait for one reply."""
    retry_seconds: float = 120.0
    """Budget for all tries of one request; none is made once the server is dead."""

    def command_line(self, port: int) -> list[str]:
        """The command that serves on 127.0.0.1 at `port`.

        Raises:
            ModelUnavailable: there is no vLLM here.
        """
        line = [*self._program(), "serve", self.weights or self.name]
        line += ["--host", "127.0.0.1", "--port", str(port), "--served-model-name", self.name]
        chosen = {
            "--dtype": self.dtype,
            "--tensor-parallel-size": self.tensor_parallel,
            "--data-parallel-size": self.data_parallel,
            "--max-model-len": self.max_model_len,
            "--gpu-memory-utilization": self.gpu_memory_share,
        }
        if self.lora:
            line.append("--enable-lora")
            chosen |= {"--max-lora-rank": self.max_lora_rank, "--max-loras": self.max_loras}
        line += [word for option, value in chosen.items() if value for word in (option, str(value))]
        return [*line, *self.arguments]

    def _program(self) -> list[str]:
        """The command given; else `vllm` beside this Python, on the PATH, or as a module of this Python."""
        if self.command:
            return _existing(shlex.split(self.command))
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
