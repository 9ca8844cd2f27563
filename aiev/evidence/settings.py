"""Settings of acceptance: which policy decides, and how much evidence is gathered for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

SINCE: dict[str, Any] = {"since": "0.3.0"}


class Policy(StrEnum):
    """What makes a dialogue accepted."""

    RAN = "ran"
    """The program and its tests ended with exit code 0 (AutoCoder's rule)."""
    TESTS = "tests"
    """And an assertion that depends on the program held."""
    VERIFIED = "verified"
    """And the evidence is that the program does what its problem asks."""


class AcceptSettings(BaseModel):
    """What makes a dialogue accepted, and the evidence that is gathered for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=SINCE)

    policy: Policy = Field(
        Policy.VERIFIED,
        description="ran: exit code 0 (AutoCoder) | tests: and an assertion that depends on the program held | "
        "verified: and the evidence is that the program does what the problem asks",
        json_schema_extra={"before": "tests"},
    )
    alternatives: int = Field(
        4, ge=0, le=64, description="further solutions that are written from the problem alone, at most"
    )
    suites: int = Field(1, ge=0, le=64, description="further sets of tests, likewise")
    temperature: float = Field(0.8, ge=0, le=2, description="decoding of further solutions and tests")
    max_tokens: int = Field(300, ge=1, description="longest further solution or set of tests, in tokens")
    agreement: float = Field(
        0.75, ge=0, le=1, description="share of further solutions that must agree on all inputs of the tests"
    )
    mutants: int = Field(20, ge=0, le=500, description="changed programs that the tests are tried on, at most")
    mutation_score: float = Field(0.5, ge=0, le=1, description="share of them that the tests must find out")
    fuzzed: int = Field(20, ge=0, le=1000, description="inputs made from those of the tests, at most")
    votes: int = Field(
        3, ge=1, le=15, description="answers of the arbiter about one disputed test; an even number takes one more"
    )
    seconds: float = Field(60.0, gt=0, description="sandbox time for the evidence of one dialogue")

    @property
    def quorum(self) -> int:
        """Votes of the arbiter, made odd."""
        return self.votes + 1 - self.votes % 2
