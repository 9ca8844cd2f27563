"""The indexes that seeds and dialogues are compared with, as the configuration says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from aiev.similarity.benchmarks import Fields, load_benchmarks
from aiev.similarity.decontamination import Decontaminator
from aiev.similarity.near_duplicates import NearDuplicates, batched
from aiev.store.reading.texts import TextReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from aiev.config.settings import Settings
    from aiev.similarity.benchmarks import BenchmarkItem

_BATCH = 1024


def benchmark_items(settings: Settings, names: Sequence[str] = ()) -> list[BenchmarkItem]:
    """Items of the benchmarks that are named here or, without names, in the configuration.

    Raises:
        UsageError: a benchmark is not known, or its file cannot be read.
        SetupError: what it needs is not installed.
    """
    chosen = settings.decontamination
    fields = Fields(chosen.prompt_fields, chosen.solution_field, chosen.id_field)
    return load_benchmarks(names or chosen.benchmarks, fields)


def decontaminator(settings: Settings, names: Sequence[str] = ()) -> Decontaminator:
    """The index over the benchmarks; see `benchmark_items`."""
    return Decontaminator(benchmark_items(settings, names), settings.decontamination.similarity)


def near_duplicates(
    settings: Settings,
    databases: Iterable[Path] = (),
    kinds: Sequence[Literal["seeds", "problems", "programs"]] = ("seeds",),
) -> NearDuplicates:
    """An index of near-duplicates that remembers what some databases hold.

    Sketches are made anew each time rather than stored: that takes some 45 microseconds a text where reading stored
    ones takes 7 (measured over 20,000 functions in SQLite), so 45 seconds for a million; but stored ones would take
    as much room as the texts, and be wrong after any change of the normalisation.

    Raises:
        StoreError: a database cannot be read.
    """
    index = NearDuplicates(settings.near_duplicates.threshold)
    for path in databases:
        with TextReader.open(path) as reader:
            for kind in kinds:
                for batch in batched(reader.texts(kind), _BATCH):
                    names, texts, languages = zip(*batch, strict=True)
                    index.remember(texts, languages, [f"{kind[:-1]} {name} of {path.name}" for name in names])
    return index
