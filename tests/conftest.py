"""Every test has a home, an environment and a working folder of its own, and no key to pay with."""

import os
from pathlib import Path

import pytest

REAL_MODELS = Path(os.environ.get("AIEV_MODELS") or Path.home() / ".cache" / "aiev" / "models")


@pytest.fixture(autouse=True)
def isolated(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    for name in list(os.environ):
        if name.endswith(("_API_KEY", "_TOKEN")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("AIEV_MODELS", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def real_models(monkeypatch):
    """Weights that were fetched for this user; tests fetch the small one when it is not there."""
    monkeypatch.setenv("AIEV_MODELS", str(REAL_MODELS))
    return REAL_MODELS


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden renders of prompts")
