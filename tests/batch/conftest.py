"""A provider for all tests of batches."""

import pytest
from support.batch_provider import Provider

from aiev.config.layers import load_config


@pytest.fixture
def provider():
    with Provider.running() as running:
        yield running


@pytest.fixture
def config(provider):
    return load_config(assignments=provider.settings())


@pytest.fixture
def db(tmp_path):
    return tmp_path / "t.db"
