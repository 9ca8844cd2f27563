"""Settings of a run: how much runs at once, and where it stops."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from aiev_agents.clients.settings import RatesSettings

_ASIDE: dict[str, Any] = {"shapes_dialogue": False}


class RunSettings(BaseModel):
    """How much runs, and how much of it at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workers: int = Field(2, ge=1, le=4096, description="dialogues in flight at once", json_schema_extra=_ASIDE)
    limit: int = Field(0, ge=0, description="seeds to take; 0 takes all", json_schema_extra=_ASIDE)
    seed: int = Field(0, ge=0, description="draws the sample of seeds and every decoding seed")


class LimitsSettings(BaseModel):
    """Where a run stops although there is more to do; 0 sets no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_ASIDE)

    max_cost: float = Field(0.0, ge=0, description="US dollars, over all starts of the run")
    max_tokens: int = Field(0, ge=0, description="tokens read and written, over all starts of the run")
    max_accepted: int = Field(0, ge=0, description="accepted dialogues, over all starts of the run")
    max_seconds: float = Field(0.0, ge=0, description="seconds of this start")


class RunRatesSettings(RatesSettings):
    """How much a run sends and does at once: the rates of its endpoint, and bounds of its own."""

    executions: int = Field(0, ge=0, description="programs at once; 0 takes what the sandbox allows, twice the cores")
    installs: int = Field(
        0, ge=0, description="programs that ask for packages at once; 0 takes what the sandbox allows"
    )
    writes: int = Field(4096, ge=1, description="rows that wait for the database before conversations wait for it")
