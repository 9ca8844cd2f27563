"""Settings of the student: who learns, how it is served, and when it takes over from the teacher."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_ASIDE: dict[str, Any] = {"shapes_dialogue": False}


class GateSettings(BaseModel):
    """When student and teacher are compared, and what the student must show."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_ASIDE)

    every: int = Field(2000, ge=2, description="accepted dialogues between two decisions (AutoCoder: 2,000)")
    rule: Literal["paired", "plain"] = Field(
        "paired",
        description="paired: higher pass@1 and McNemar's exact test | plain: higher pass@1 alone, as in the paper",
    )
    alpha: float = Field(
        0.05, gt=0, lt=1, description="paired: largest one-sided p-value at which the student counts as better"
    )
    min_items: int = Field(50, ge=1, description="test problems below which the gate stays closed")
    confidence: float = Field(0.95, gt=0, lt=1, description="confidence of the bootstrap interval that is printed")
    resamples: int = Field(5000, ge=100, le=1_000_000, description="resamples of the bootstrap")
    samples: int = Field(1, ge=1, le=1000, description="replies to each problem")
    k: tuple[int, ...] = Field((1,), description="report pass@k for these; none may exceed samples")
    temperature: float = Field(
        0.0,
        ge=0,
        le=2,
        description="temperature of the replies; 0 always takes the likeliest token, so several samples need more",
    )
    top_p: float = Field(0.95, gt=0, le=1, description="share of the probability mass to draw from")
    max_tokens: int = Field(512, ge=1, description="longest reply, in tokens")
    batch: bool = Field(
        default=False,
        description='true sends the test problems through the provider\'s batch API (model.backend = "openai" without '
        "an adapter of ours), see [batch]; other models answer live",
    )


class StudentSettings(BaseModel):
    """Which model learns, how it is served, and when self-learning returns to teaching."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_ASIDE)

    name: str = Field(
        "",
        description="who learns: a name from `aiev models list`, a folder in Hugging Face form, or a name on the hub",
    )
    config: str = Field(
        "",
        description="TOML file over all others while the student answers, for its backend, grammar and sampling; "
        '"" changes nothing',
    )
    folder: str = Field("student", description="where trainings are kept, beside the database")
    rounds: int = Field(0, ge=0, description="self-learn: decisions to make; 0 continues while there are seeds")
    guard_items: int = Field(
        100, ge=0, description="first test problems that every later student must still solve; 0 guards nothing"
    )
    guard_drop: float = Field(
        0.05,
        ge=0,
        le=1,
        description="fall of pass@1 on them, below the best student's, that returns to the teaching stage",
    )
    min_acceptance: float = Field(
        0.2,
        ge=0,
        le=1,
        description="share of accepted dialogues below which a self-learning round returns to the teaching stage",
    )
    min_diversity: float = Field(
        0.3,
        ge=0,
        le=1,
        description="share of distinct 4-grams among all 4-grams of a round's problems below which it returns to the "
        "teaching stage",
    )
    max_near_duplicates: float = Field(
        0.3,
        ge=0,
        le=1,
        description="share of near-duplicates among a round's problems above which it returns to the teaching stage",
    )
