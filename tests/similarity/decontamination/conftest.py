"""HumanEval's index, built once for all tests."""

import pytest

from aiev.similarity.decontamination.benchmarks import load_benchmarks
from aiev.similarity.decontamination.decontaminator import Decontaminator
from aiev.similarity.settings import DecontaminationSettings


@pytest.fixture(scope="session")
def humaneval():
    return load_benchmarks(DecontaminationSettings(benchmarks=("humaneval",)))


@pytest.fixture(scope="session")
def index(humaneval):
    return Decontaminator(humaneval)
