"""The blocks of docs/dataset.md that a user copies into axolotl's and LLaMA-Factory's files."""

import json
import re
from pathlib import Path

import yaml

DOCS = Path(__file__).parents[2] / "docs" / "dataset.md"
_BLOCK = re.compile(r"^```(yaml|json)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _blocks(language):
    return [text for name, text in _BLOCK.findall(DOCS.read_text()) if name == language]


def axolotl_datasets():
    """Entries of `datasets`, by the format that they are for."""
    found = [yaml.safe_load(text).get("datasets", []) for text in _blocks("yaml")]
    return {Path(entry["path"]).parent.name: entry for entries in found for entry in entries}


def llama_factory_settings():
    (found,) = [data for text in _blocks("yaml") if "dataset_dir" in (data := yaml.safe_load(text))]
    return found


def llama_factory_info():
    (text,) = _blocks("json")
    return json.loads(text)
