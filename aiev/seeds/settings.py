"""What the steps of a build need to know, as plain frozen values that travel to worker processes.

The recipe makes them from the configuration. Invariant: the defaults here are those of `configs/default.toml` (a test
compares them).
"""

from __future__ import annotations

from dataclasses import dataclass, field

DEFAULT_FILTERS = (
    *("test_files", "generated", "licence", "size", "unfinished", "returns_value", "parses", "has_arguments"),
    *("bad_imports", "self_contained", "personal_data", "secrets", "exact_duplicates"),
    *("near_duplicates", "decontamination"),
)
SELFCODEALIGN_IMPORTS = (*("argparse", "os", "subprocess", "sys", "setuptools", "distutils", "matplotlib", "seaborn"),)
"""Source: `seed_gathering/filter_dataset.py` of bigcode-project/starcoder2-self-align."""


@dataclass(frozen=True, slots=True)
class FilterSettings:
    """Bounds and lists of the filters; see `[filters]` in `configs/default.toml`."""

    min_lines: int = 3
    max_lines: int = 60
    max_chars: int = 4000
    unfinished_words: tuple[str, ...] = ("todo", "fixme")
    bad_imports: tuple[str, ...] = SELFCODEALIGN_IMPORTS
    licences: tuple[str, ...] = ()
    unknown_licence: str = "keep"


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """How sources are read; see `[seeds]` in `configs/default.toml`."""

    kind: str = "function"
    seed: int = 0
    languages: tuple[str, ...] = ()
    """None takes all."""
    columns: tuple[tuple[str, str], ...] = ()
    """Pairs of what a column is and how it is called in this source: `("content", "body")`."""
    rows: str = "auto"
    """What rows hold: `auto`, `file`, `function`, `snippet`, `problem`."""
    subset: str = ""
    split: str = "train"
    max_file_bytes: int = 2_000_000
    max_row_bytes: int = 16_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides which snippets come out of given sources."""

    source: SourceSettings = field(default_factory=SourceSettings)
    limits: FilterSettings = field(default_factory=FilterSettings)
    filters: tuple[str, ...] = DEFAULT_FILTERS
    judge_rows: bool = True
    """Whether rows that are snippets already pass through the filters."""
    workers: int = 0
    """Worker processes; 0 takes one for each core, 1 works in this process."""
