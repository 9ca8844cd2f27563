"""What the servers that aiev starts have in common: a port of their own, and an environment without secrets.

Not covered: the lives of the servers (`embedded.py`, `vllm/process.py`).
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_SECRETS = ("KEY", "TOKEN", "SECRET", "PASSWORD")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now; another process may take it before the server does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def without_secrets(environment: Mapping[str, str], keep: Collection[str] = ()) -> dict[str, str]:
    """The environment without variables whose names speak of keys, tokens or passwords, save those to keep."""
    return {
        name: value
        for name, value in environment.items()
        if name in keep or not any(word in name.upper() for word in _SECRETS)
    }
