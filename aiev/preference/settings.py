"""Settings of preference pairs: how programs are scored, and how far apart two must be."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Scorer(StrEnum):
    """How programs are scored by the test units that they pass."""

    CODEDPO = "codedpo"
    """Programs and units weigh each other (arXiv 2410.05605)."""
    PASS_COUNT = "pass_count"  # noqa: S105 - no password
    """Share of the units that a program passes."""
    ALL_PASS = "all_pass"  # noqa: S105 - likewise
    """1 for a program that passes every unit, else 0."""
    CODET = "codet"
    """Programs that pass the same units, weighed by how many both are (arXiv 2207.10397)."""
    B4 = "b4"
    """The same groups, by how likely it is that they are right (arXiv 2409.08692)."""
    ACES = "aces"
    """Units weigh as much as the others agree with them (after arXiv 2604.03922)."""


class PreferSettings(BaseModel):
    """How preference pairs are chosen; margins of correctness are AceCoder's (arXiv 2502.01718)."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"since": "0.3.0"})

    programs: int = Field(15, ge=2, le=100, description="programs that are sampled for each problem (CodeDPO's 15)")
    tests: int = Field(15, ge=1, le=100, description="sets of tests that are sampled for each problem (CodeDPO's 15)")
    temperature: float = Field(1.5, ge=0, le=2, description="decoding of programs and tests (CodeDPO's 1.5)")
    max_tokens: int = Field(600, ge=1, description="longest program or set of tests, in tokens")
    units: int = Field(60, ge=1, description="test units that are run, at most; the first ones of all sets of tests")
    seconds: float = Field(60.0, gt=0, description="wall clock for all units of one program, in seconds")
    scorer: Scorer = Field(
        Scorer.CODEDPO,
        description="codedpo: programs and test units weigh each other | pass_count: share of the units | all_pass: "
        "all or nothing | codet, b4: groups that pass the same units | aces: units weigh as the others agree with them",
    )
    damping: float = Field(0.85, ge=0, le=1, description="codedpo: share that each round takes from the other side")
    rounds: int = Field(10, ge=1, le=1000, description="codedpo: how often scores are passed on")
    best: float = Field(
        0.8, ge=0, le=1, description="share of the units' weight that a chosen program passes, at least"
    )
    gap: float = Field(0.4, ge=0, le=1, description="by how much more of it than the rejected one, at least")
    length_ratio: float = Field(3.0, ge=1, description="how many times longer one program may be than the other")
    pairs: int = Field(3, ge=1, description="pairs of a kind from one problem, at most; each program is in one of them")
    efficiency: bool = Field(
        default=True, description="also pair programs by CPU time, on larger inputs of the tests' types; Python only"
    )
    faster: float = Field(
        0.1, gt=0, lt=1, description="share of the CPU time that a chosen fast program saves, at least"
    )
    loops: int = Field(
        5, ge=5, description="measurements in each half of a comparison of times; the smallest of them counts"
    )
    floor_seconds: float = Field(
        0.05, gt=0, description="CPU time of the slower program below which times are not compared"
    )
