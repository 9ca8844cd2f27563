"""Settings of sources, filters and the evolution of problems."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from aiev_agents.languages.names import LanguageName

_ASIDE: dict[str, Any] = {"shapes_dialogue": False}
_KIB = 1024
_key = partial(Field, json_schema_extra=_ASIDE)

DEFAULT_FILTERS = (
    *("test_files", "generated", "licence", "size", "unfinished", "returns_value", "parses", "has_arguments"),
    *("bad_imports", "self_contained", "personal_data", "secrets", "exact_duplicates"),
    *("near_duplicates", "decontamination"),
)
SELFCODEALIGN_IMPORTS = (*("argparse", "os", "subprocess", "sys", "setuptools", "distutils", "matplotlib", "seaborn"),)
"""Source: `seed_gathering/filter_dataset.py` of bigcode-project/starcoder2-self-align."""


class SeedsSettings(BaseModel):
    """Where seed snippets come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: tuple[str, ...] = _key(
        (),
        description='files, folders, git repositories, .jsonl, .csv, .parquet, .db, "hf:NAME", "-"; [] takes the '
        "snippets that ship with aiev",
    )
    languages: tuple[LanguageName, ...] = _key(
        (), description='take only seeds in these languages, for example ["go", "rust"]; [] takes all eight'
    )
    kind: Literal["function", "snippet", "problem"] = _key(
        "function",
        description="function: documented functions (SelfCodeAlign) | snippet: 1 to 15 consecutive lines "
        "(OSS-Instruct) | problem: the task of a row, in words",
    )
    self_contained: bool = _key(
        default=True,
        description="keep only functions that need nothing from their module; false takes `self_contained` out of "
        "the filters",
    )
    filters: tuple[str, ...] = _key(
        DEFAULT_FILTERS, description="which filters are applied, in this order; docs/seeds.md says what each one drops"
    )
    workers: int = _key(
        0, ge=0, le=1024, description="processes that read and filter; 0 takes one for each core, 1 works in aiev's own"
    )
    rows: Literal["auto", "file", "function", "snippet", "problem"] = _key(
        "auto", description="what a row of a table holds: auto (by its columns) | file | function | snippet | problem"
    )
    columns: tuple[str, ...] = _key(
        (), description='columns that have other names than the known ones: ["content=body", "language=ext"]'
    )
    subset: str = _key("", description='hf: configuration of the dataset; "" takes its default')
    split: str = _key("train", min_length=1, description="hf: split of the dataset")
    max_file_kib: int = _key(1954, ge=1, description="larger source files are passed over, in kibibytes")
    max_row_kib: int = _key(16384, ge=1, description="longer lines and rows of a table are passed over, in kibibytes")

    @property
    def applied_filters(self) -> tuple[str, ...]:
        """`filters`, without `self_contained` where that is turned off."""
        return tuple(name for name in self.filters if name != "self_contained" or self.self_contained)

    @property
    def max_file_bytes(self) -> int:
        """`max_file_kib` in bytes."""
        return self.max_file_kib * _KIB

    @property
    def max_row_bytes(self) -> int:
        """`max_row_kib` in bytes."""
        return self.max_row_kib * _KIB


class FiltersSettings(BaseModel):
    """Bounds and lists of the filters that `seeds.filters` names."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_ASIDE)

    min_lines: int = Field(3, ge=0, description="size: shortest function, in lines")
    max_lines: int = Field(60, ge=1, description="size: longest function, in lines")
    max_chars: int = Field(4000, ge=1, description="size: longest snippet, in characters")
    unfinished_words: tuple[str, ...] = Field(
        ("todo", "fixme"),
        description='unfinished: words that drop a snippet, in any case (SelfCodeAlign also drops "bug")',
    )
    bad_imports: tuple[str, ...] = Field(
        SELFCODEALIGN_IMPORTS, description="bad_imports: modules that drop a snippet (SelfCodeAlign's list)"
    )
    licences: tuple[str, ...] = Field(
        (),
        description='licence: SPDX identifiers that may be used, for example ["MIT", "Apache-2.0"]; [] allows every '
        "known one",
    )
    unknown_licence: Literal["keep", "drop"] = Field(
        "keep", description="licence: keep | drop what has no known licence"
    )
    type_checker: Literal["mypy", "pyright"] = Field("mypy", description="type_check: mypy | pyright")
    type_check_seconds: float = Field(
        300.0, gt=0, description="type_check: limit of one batch of 512 functions, in seconds"
    )
    judge_tokens: int = Field(8, ge=1, description="docstring_judge: longest reply, in tokens")
    judge_shots: Literal[2, 7] = Field(
        2, description="docstring_judge: functions with answers that the prompt shows: 2 | 7 (SelfCodeAlign)"
    )


class EvolveSettings(BaseModel):
    """How seed problems are made harder."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_ASIDE)

    rounds: int = Field(
        0,
        ge=0,
        le=10,
        description="times that the model makes each seed problem harder (Evol-Instruct); 0 leaves them as they are",
    )
    keep_original: bool = Field(default=True, description="false: a harder problem replaces the one it was made from")
    compare: bool = Field(
        default=True,
        description="ask the model whether the new problem asks for the same as the old one, and drop it then",
    )
    temperature: float = Field(0.7, ge=0, le=2, description="decoding of new problems")
    max_tokens: int = Field(400, ge=1, description="longest new problem, in tokens")
