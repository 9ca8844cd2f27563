"""Settings of a dialogue."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from aiev_agents.languages.names import LanguageName


class DialogueSettings(BaseModel):
    """Shape of one dialogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_rounds: int = Field(7, ge=1, le=50, description="executions before a dialogue is discarded (AutoCoder: 7)")
    language: LanguageName | Literal[""] = Field(
        "",
        description="language of the problems: python | javascript | typescript | java | cpp | rust | go | bash; "
        '"" takes the language of each seed',
    )
    ask: bool = Field(
        default=True,
        description="the questioner writes a problem from each seed; false takes the seed's text as the problem, word "
        "for word",
        json_schema_extra={"since": "0.3.0"},
    )
    basic: bool = Field(
        default=True, description="ask for easy problems about plain values; false keeps the level of the snippet"
    )
    show_failed: bool = Field(
        default=False,
        description="repair: show the failed reply itself; the smallest models copy whatever they see",
    )
    feedback_chars: int = Field(
        1200, ge=200, description="longest execution feedback that a model is shown, in characters"
    )
