"""A provider for all tests of batches."""

import subprocess
import sys

import pytest
from support.batch_provider import SERVER, Provider

from aiev.config.layers import load_config


@pytest.fixture
def provider():
    with subprocess.Popen([sys.executable, SERVER], stdout=subprocess.PIPE, text=True) as process:
        yield Provider(process)
        process.kill()


@pytest.fixture
def config(provider):
    return load_config(assignments=provider.settings())


@pytest.fixture
def db(tmp_path):
    return tmp_path / "t.db"
