"""Settings of near-duplicates and decontamination."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_ASIDE: dict[str, Any] = {"shapes_dialogue": False}


class NearDuplicatesSettings(BaseModel):
    """When one snippet is a near-duplicate of another."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_ASIDE)

    threshold: float = Field(
        0.7,
        gt=0,
        le=1,
        description="share of common shingles (Jaccard) from which a text repeats another, 0 to 1; "
        "1 only when all are common",
    )


class DecontaminationSettings(BaseModel):
    """What counts as a copy of a benchmark's problem."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_ASIDE)

    benchmarks: tuple[str, ...] = Field(
        ("humaneval",),
        description="humaneval, NAME=FILE or FILE (.jsonl, .json, .csv, .parquet, also .gz); [] compares with none",
    )
    similarity: float = Field(
        0.9, gt=0, lt=1, description="Levenshtein similarity above which a text is a copy (AutoCoder: 0.9), 0 to 1"
    )
    prompt_fields: tuple[str, ...] = Field(
        (), description="fields of the files that hold the text of a problem; [] takes those of the known benchmarks"
    )
    solution_field: str = Field(
        "", description='field of the files that holds the canonical solution; "" takes the known ones'
    )
    id_field: str = Field("", description='field of the files that names a problem; "" takes the known ones')
    workers: int = Field(
        0, ge=0, le=1024, description="processes of `aiev seeds decontaminate`; 0 takes one for each core"
    )
