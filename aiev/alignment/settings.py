"""Settings of self-alignment: what is drawn, how many responses there are, and which one is kept."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Pick(StrEnum):
    """Which response to an instruction is kept."""

    PASSING = "passing"
    """One at random of those that pass their tests (SelfCodeAlign)."""
    BEST = "best"
    """The passing one with the best evidence."""
    RANDOM = "random"
    """Any, whether it passes or not: an ablation."""
    FAILING = "failing"
    """One that fails its tests: an ablation."""


ABLATIONS = (Pick.RANDOM, Pick.FAILING)
"""Picks that are kept without evidence, to be trained on in comparison."""


class AlignSettings(BaseModel):
    """How a model makes its own instructions and responses; defaults are SelfCodeAlign's (arXiv 2410.24198)."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"since": "0.3.0"})

    responses: int = Field(10, ge=1, le=100, description="responses to each instruction")
    temperature: float = Field(0.7, ge=0, le=2, description="decoding of all three steps")
    top_p: float = Field(0.95, gt=0, le=1, description="share of the probability mass to draw from")
    concept_tokens: int = Field(60, ge=1, description="longest list of concepts, in tokens")
    instruction_tokens: int = Field(200, ge=1, description="longest instruction, in tokens")
    response_tokens: int = Field(500, ge=1, description="longest response with its tests, in tokens")
    shots: int = Field(8, ge=0, le=20, description="examples that concepts and instructions are shown")
    response_shots: int = Field(1, ge=0, le=8, description="examples that a response is shown")
    concepts: bool = Field(
        default=True, description="go through concepts; false writes the instruction from the snippet (an ablation)"
    )
    pick: Pick = Field(
        Pick.PASSING,
        description="passing: a random one that passes | best: the passing one with the best evidence | random, "
        "failing: ablations, kept without evidence",
    )
    shown_tests: float = Field(0.5, ge=0, le=1, description="share of the instructions that show the tests")
    most_shown: int = Field(5, ge=1, description="assertions of tests that may be shown, at most")
    instruction_words: int = Field(200, ge=1, description="longest instruction that is kept, in words")
    similarity: float = Field(
        0.7, gt=0, le=1, description="Jaccard similarity from which on one of two items is a near-duplicate"
    )
    same_name: int = Field(
        10, ge=0, description="kept items whose programs define the same first name, at most; 0 sets no limit"
    )
