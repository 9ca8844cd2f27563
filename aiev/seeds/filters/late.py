"""Filters that know other snippets, or ask another program or a model; they run in the main process.

Invariant: `EARLY` and `LATE` together name every filter that `seeds.filters` may list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.errors import ConfigError
from aiev.seeds.filters.decontamination import DecontaminationFilter
from aiev.seeds.filters.docstring_judge import DocstringJudge
from aiev.seeds.filters.early import EARLY, early_filter, early_names
from aiev.seeds.filters.exact_duplicates import ExactDuplicates
from aiev.seeds.filters.near_duplicates import near_duplicate_filter
from aiev.seeds.filters.type_check import TypeCheck
from aiev.similarity.decontamination.decontaminator import Decontaminator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aiev.config.settings import Settings
    from aiev.seeds.filters.filter import Filter
    from aiev.seeds.model_queries import ModelQueries

LATE: dict[str, Callable[[Settings, ModelQueries, Path], Filter]] = {
    "exact_duplicates": lambda *_: ExactDuplicates(),
    "near_duplicates": lambda settings, _, db: near_duplicate_filter(settings, db),
    "decontamination": lambda settings, *_: DecontaminationFilter(
        Decontaminator.from_settings(settings.decontamination)
    ),
    "type_check": lambda settings, *_: TypeCheck(settings.filters.type_checker, settings.filters.type_check_seconds),
    "docstring_judge": lambda settings, queries, _: DocstringJudge(
        queries,
        tokens=settings.filters.judge_tokens,
        seed=settings.run.seed,
        shots=settings.filters.judge_shots,
    ),
}


def late_filters(settings: Settings, queries: ModelQueries, db: Path) -> list[Filter]:
    """The filters from the first late one on, in order.

    Args:
        settings: names them, and holds their bounds.
        queries: asks the model, where a filter asks one.
        db: repeats of its seeds are dropped; it need not exist.

    Raises:
        ConfigError: a name is unknown or comes twice.
        UsageError: a benchmark cannot be read.
        SetupError: something that a filter needs is not installed.
        StoreError: the database cannot be read.
    """
    names = settings.seeds.applied_filters
    _check(names)
    return [
        early_filter(name, settings.filters) if name in EARLY else LATE[name](settings, queries, db)
        for name in names[len(early_names(names)) :]
    ]


def _check(names: Sequence[str]) -> None:
    for index, name in enumerate(names):
        if name not in EARLY and name not in LATE:
            raise ConfigError(f"seeds.filters: no filter {name!r}; there are {', '.join([*EARLY, *LATE])}")
        if name in names[:index]:
            raise ConfigError(f"seeds.filters: {name!r} comes twice")
