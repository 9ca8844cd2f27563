"""HumanEval's index, built once for all tests."""

import pytest

from aiev.similarity.benchmarks import load_benchmarks
from aiev.similarity.decontamination import Decontaminator


@pytest.fixture(scope="session")
def humaneval():
    return load_benchmarks(["humaneval"])


@pytest.fixture(scope="session")
def index(humaneval):
    return Decontaminator(humaneval)
