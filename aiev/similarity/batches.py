"""Items in batches: texts are normalised hundreds at a time."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_Item = TypeVar("_Item")


def batched(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Items in lists of `size`, the last one shorter; `itertools.batched` of Python 3.12."""
    waiting = iter(items)
    while batch := list(islice(waiting, size)):
        yield batch
