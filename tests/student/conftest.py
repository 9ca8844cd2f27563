"""The tiny model, made once; without the extra `train` the tests that need it are skipped by name."""

import importlib.util
import warnings

import pytest
from support.tiny_llama import make_model

NEEDED = ("torch", "transformers", "trl", "peft", "datasets")


@pytest.fixture(scope="session")
def train_extra():
    """Skips where the extra `train` is not installed."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"the extra train is not here: no {missing[0]}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other people's packages, while they are imported
        import torch  # noqa: F401
        import transformers  # noqa: F401


@pytest.fixture(scope="session")
def tiny_model(train_extra, tmp_path_factory):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_model(tmp_path_factory.mktemp("tiny") / "model")
