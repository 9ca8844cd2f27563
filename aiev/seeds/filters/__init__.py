"""Filters of seeds by name, in the order in which they are to be applied.

Each looks at one snippet alone, without memory; those that need other snippets, other processes or a model (duplicates,
benchmarks, type checks, the judge) are in `LATE` and are built by `late.py` or by the recipe.
Invariant: `EARLY` and `LATE` together name every filter that `seeds.filters` may list.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aiev.errors import ConfigError
from aiev.seeds.filters import needs, origin, shape, wording
from aiev.seeds.filters.secrets import secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aiev.seeds.extract import Snippet
    from aiev.seeds.settings import FilterSettings
    from aiev.seeds.verdicts import Drop, Filter

EARLY: dict[str, Callable[[FilterSettings], Callable[[Snippet], Drop | None]]] = {
    "test_files": lambda _: origin.from_test,
    "generated": lambda _: origin.generated,
    "licence": lambda settings: origin.licence(settings.licences, unknown=settings.unknown_licence),
    "size": lambda settings: partial(
        shape.size, min_lines=settings.min_lines, max_lines=settings.max_lines, max_chars=settings.max_chars
    ),
    "unfinished": lambda settings: wording.unfinished(settings.unfinished_words),
    "parses": lambda _: shape.parses,
    "returns_value": lambda _: shape.returns_value,
    "has_arguments": lambda _: shape.has_arguments,
    "bad_imports": lambda settings: needs.bad_imports(settings.bad_imports),
    "self_contained": lambda _: needs.self_contained,
    "personal_data": lambda _: wording.personal_data,
    "secrets": lambda _: secrets,
}
"""Filters that look at one snippet and need nothing else; they run in the worker processes."""
LATE = ("exact_duplicates", "near_duplicates", "decontamination", "type_check", "docstring_judge")
"""Filters that know other snippets, or ask another program or a model; they run in the main process."""
OF_FILES = frozenset({"test_files", "generated", "licence"})
"""Filters that can tell from a file what would become of all its snippets."""


@dataclass(slots=True)
class EachAlone:
    """A filter that looks at one snippet at a time."""

    name: str
    check: Callable[[Snippet], Drop | None]

    def judge(self, batch: Sequence[Snippet]) -> list[Drop | None]:
        """See `Filter.judge`."""
        return [self.check(snippet) for snippet in batch]


def early_filters(names: Iterable[str], settings: FilterSettings) -> list[Filter]:
    """The filters of these names, in order."""
    return [EachAlone(name, EARLY[name](settings)) for name in names]


def split_names(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names up to the first late filter, which workers can apply, and the rest.

    Raises:
        ConfigError: a name is none of ours, or comes twice.
    """
    for index, name in enumerate(names):
        if name not in EARLY and name not in LATE:
            raise ConfigError(f"seeds.filters: no filter {name!r}; there are {', '.join([*EARLY, *LATE])}")
        if name in names[:index]:
            raise ConfigError(f"seeds.filters: {name!r} comes twice")
    first = next((index for index, name in enumerate(names) if name in LATE), len(names))
    return tuple(names[:first]), tuple(names[first:])
