"""Uploads a dataset to a hub.

Invariant: the token comes from the environment, by name, and goes to the hub's client alone; only what the manifest
names is uploaded.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from aiev.dataset.folder import MANIFEST
from aiev.errors import AievError, UsageError
from aiev.extras import extra
from aiev_agents.lines import first_line_of

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "HF_TOKEN"  # noqa: S105 - the name of a variable
_NOT_ON_THE_HUB = ".hf/"
"""Folders that only `load_from_disk` reads; a hub wants JSON Lines or Parquet."""


def push(folder: Path, name: str, *, private: bool = True) -> str:
    """Upload an export and return its address.

    Args:
        folder: of the export.
        name: `owner/dataset`; created if it does not exist.
        private: whether a new dataset is private.

    Raises:
        UsageError: there is no token, or no file that a hub can read.
        SetupError: huggingface_hub is not installed.
        AievError: the hub refuses or does not answer; the export stays in its folder.
    """
    token = os.environ.get(TOKEN, "")
    if not token:
        raise UsageError(f"--push needs a token of the hub in the environment variable {TOKEN}; the export is written")
    names = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    wanted = [*(file for file in names if _NOT_ON_THE_HUB not in file), MANIFEST]
    if not any(file.endswith((".jsonl", ".parquet")) for file in wanted):
        raise UsageError("--push needs JSON Lines or Parquet, which hubs read; add --format messages:parquet")
    with extra("export", "--push"):
        from huggingface_hub import HfApi
    try:
        client = HfApi(token=token)
        address = client.create_repo(name, repo_type="dataset", private=private, exist_ok=True)
        client.upload_folder(
            repo_id=name,
            repo_type="dataset",
            folder_path=str(folder),
            allow_patterns=wanted,
            commit_message="Dataset by aiev",
        )
    except Exception as error:  # noqa: BLE001 - the client raises its own errors and those of its transport
        line = first_line_of(str(error)) or type(error).__name__
        raise AievError(
            f"the hub did not take {name}: {line.replace(token, '***')}; the export is in {folder}"
        ) from None
    return str(address)
