"""The decoding settings of the two roles, as a configuration writes them.

Invariant: all of them shape a dialogue, and so name a run.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Constraint(StrEnum):
    """How closely a grammar holds a model to the reply's form."""

    OFF = "off"
    FORM = "form"
    STRICT = "strict"


class RoleSettings(BaseModel):
    """What every role is decoded with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(0.3, ge=0, le=2, description="0 always takes the likeliest token")
    top_p: float = Field(0.95, gt=0, le=1, description="share of the probability mass to draw from")
    max_tokens: int = Field(400, ge=1, description="longest reply, in tokens")
    constraint: Constraint = Field(
        Constraint.OFF,
        description="grammar: off | form | strict",
    )


class QuestionerSettings(RoleSettings):
    """Decoding settings of the questioner."""

    temperature: float = Field(0.4, ge=0, le=2, description="0 always takes the likeliest token")
    max_tokens: int = Field(120, ge=1, description="longest reply, in tokens")
    describe_tokens: int = Field(80, ge=1, description="longest description of a failure, in tokens")
    constraint: Constraint = Field(
        Constraint.STRICT,
        description="grammar: off | form (problem as prose) | strict (the problem names a signature)",
    )


class ProgrammerSettings(RoleSettings):
    """Decoding settings of the programmer."""

    constraint: Constraint = Field(
        Constraint.FORM,
        description="grammar: off | form (blocks, and 3 to 10 asserts) | strict (also the signature, and tests of "
        "literals, which makes long replies several times slower)",
    )
    temperature_step: float = Field(
        0.08,
        ge=0,
        le=1,
        description="added at each repair, up to 1: a repair that repeats itself is a round lost",
    )
