import os

import pytest

from aiev.errors import AievError
from aiev.similarity.processes import mapped


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_batches(workers):
    batches = ([number] * number for number in range(30))
    assert list(mapped(len, batches, workers)) == list(range(30))


def test_a_worker_that_dies_is_one_clear_error():
    with pytest.raises(AievError, match="a worker process died"):
        list(mapped(os._exit, [3] * 20, 2))


def test_a_mistake_in_a_worker_is_raised_here():
    with pytest.raises(TypeError):
        list(mapped(len, [3], 2))
