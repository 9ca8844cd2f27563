"""Filters that look at one snippet and need nothing else, by name; they run in worker processes.

Invariant: an early filter is a pure function of the snippet and its settings.
"""

from __future__ import annotations

from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING

from aiev.seeds.filters import dependencies, origin, shape, wording
from aiev.seeds.filters.filter import SnippetFilter
from aiev.seeds.filters.secrets import secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aiev.seeds.filters.filter import Drop
    from aiev.seeds.settings import FiltersSettings
    from aiev.seeds.snippet import Snippet

EARLY: dict[str, Callable[[FiltersSettings], Callable[[Snippet], Drop | None]]] = {
    "test_files": lambda _: origin.from_test,
    "generated": lambda _: origin.generated,
    "licence": lambda settings: origin.licence(settings.licences, unknown=settings.unknown_licence),
    "size": lambda settings: partial(shape.size, settings=settings),
    "unfinished": lambda settings: wording.unfinished(settings.unfinished_words),
    "parses": lambda _: shape.parses,
    "returns_value": lambda _: shape.returns_value,
    "has_arguments": lambda _: shape.has_arguments,
    "bad_imports": lambda settings: dependencies.bad_imports(settings.bad_imports),
    "self_contained": lambda _: dependencies.self_contained,
    "personal_data": lambda _: wording.personal_data,
    "secrets": lambda _: secrets,
}
OF_FILES = frozenset({"test_files", "generated", "licence"})
"""Filters that can tell from a file what would become of all its snippets."""


def early_filter(name: str, settings: FiltersSettings) -> SnippetFilter:
    """The filter of this name."""
    return SnippetFilter(name, EARLY[name](settings))


def early_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names up to the first filter that is not early: what a worker can apply without changing the order."""
    return tuple(takewhile(EARLY.__contains__, names))
