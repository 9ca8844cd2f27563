"""A database of every kind of dialogue, its export, and a tokenizer without a download."""

import json
import shutil

import pytest
from support.dialogues import EVERY_KIND, write

from aiev.config.layers import load_config
from aiev.dataset.export import export
from aiev.dataset.judges import default_judges
from aiev.dataset.outputs import parse_output


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    return write(tmp_path_factory.mktemp("database") / "d.db", EVERY_KIND)


@pytest.fixture
def database(written, tmp_path):
    """A database of its own for each test, since an export writes the split into it."""
    return shutil.copy(written, tmp_path / "d.db")


@pytest.fixture
def exported(tmp_path, database):
    """Export the database with the given judges in front of the default ones; returns the result."""

    def run(*formats, settings=(), out="out", path=None, judges=(), check=None):
        assignments = [f"{'' if '.' in it.split('=')[0] else 'export.'}{it}" for it in settings]
        chosen = load_config((), assignments).settings
        outputs = [parse_output(text) for text in formats or ("messages",)]
        asked = [*judges, *default_judges(chosen.export)]
        return export(path or database, tmp_path / out, outputs, chosen, judges=asked, check=check)

    return run


@pytest.fixture
def rows(tmp_path):
    """Rows of a JSON Lines file of an export."""

    def read(name, out="out"):
        return [json.loads(line) for line in (tmp_path / out / name).read_text().splitlines()]

    return read
