"""The llama.cpp server: `-m aiev_agents.clients.embedded_server MODEL NAME PORT PARALLEL CONTEXT THREADS [LORA]`.

Runs in a process of its own so that native code can neither block nor take down the program that uses it. Prints one
line `ready` on stdout when it answers. Invariant: it ends when its standard input closes, so it never outlives the
process that started it, however that one died.

A slot that begins a prompt takes the slot whose prompt begins alike; failing that, it takes the copy of such a prompt
from memory, where the server puts prompts of idle slots. Few slots thus serve many kinds of prompts.

Source: https://github.com/ggml-org/llama.cpp/tree/master/tools/server (slot_prompt_similarity, cache_ram_mib,
cache_idle_slots)
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

CACHED_MIB = 1024
"""Host memory for prompts beyond those in slots; the server's own 8 GiB can be all that a machine has."""


def main(arguments: list[str]) -> None:
    """Serve until standard input closes."""
    from xllamacpp import CommonAdapterLoraInfo, CommonParams, Server

    model, name, port, parallel, context, threads, *adapters = arguments
    params = CommonParams()
    params.model.path = model
    params.model_alias = {name}  # replies say it; without, they would say the path
    params.hostnames = ["127.0.0.1"]
    params.port = int(port)
    params.n_parallel = int(parallel)
    params.n_ctx = int(context) * int(parallel)
    params.warmup = False
    params.cache_ram_mib = CACHED_MIB
    params.cpuparams.n_threads = int(threads) or os.cpu_count() or 1
    params.lora_adapters = [_whole(CommonAdapterLoraInfo(), path) for path in adapters]
    server = Server(params)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    threading.Event().wait()
    del server


def _whole(info: Any, path: str) -> Any:
    """An adapter at its full strength."""
    info.path, info.scale = path, 1.0
    return info


def _end_with_parent() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
