"""Dialogues whose figures are known: in memory, and in a database that the store wrote."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest
from precision.known_dialogues import fill
from precision.outcomes import Dialogue, Round
from store.sample_records import EVIDENCE

from aiev.store.writing.store import Store


@pytest.fixture
def talk():
    """Make one dialogue in memory."""

    def make(name, *rounds, status="accepted", policy="verified", evidence=None):
        said = tuple(Round(f"{word} {name}", "assert f(1)", passed, word == "right", "out") for word, passed in rounds)
        found = replace(EVIDENCE, **evidence) if evidence is not None else None
        return Dialogue(name, policy, status, f"Problem {name}", said, found, id=f"id-{name}")

    return make


@pytest.fixture
def db(tmp_path, monkeypatch):
    """A database in which `TALKS` were made under `tests`, and one of them again under `verified`."""
    monkeypatch.setattr("precision.outcomes.FAULTS", {"MBPP/9": "its own tests are wrong"})
    monkeypatch.setattr("precision.report.FAULTS", {"MBPP/9": "its own tests are wrong"})
    path = tmp_path / "precision.db"
    with Store.open(path) as store:
        asyncio.run(fill(store))
    return path


@pytest.fixture
def oracle():
    """Hidden tests that read the verdict off the program."""
    judged = lambda _, program: SimpleNamespace(right=program.startswith("right"), output="out")  # noqa: E731
    return SimpleNamespace(of=judged)
