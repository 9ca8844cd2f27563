"""A provider for all tests of batches."""

import subprocess
import sys

import pytest
from batch.batch_provider import SERVER, Provider


@pytest.fixture
def provider():
    with subprocess.Popen([sys.executable, SERVER], stdout=subprocess.PIPE, text=True) as process:
        yield Provider(process)
        process.kill()
