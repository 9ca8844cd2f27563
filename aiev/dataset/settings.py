"""Settings of datasets: the split, and what an export holds."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from aiev.store.reading.standing import Choice, Standing
from aiev_agents.languages.names import LanguageName

_ASIDE: dict[str, Any] = {"shapes_dialogue": False}


class SplitSettings(BaseModel):
    """How seeds are divided into training and test."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_ASIDE)

    test_share: float = Field(
        0.1, ge=0, lt=1, description="share of the seeds held out for testing (AutoCoder: 1 to 9)"
    )
    salt: str = Field(
        "aiev", description="another salt draws another test set, among the seeds that are in no split yet"
    )
    similarity: float = Field(
        0.7, gt=0, le=1, description="Jaccard similarity from which problems or programs count as near-duplicates"
    )
    evidence: Standing = Field(
        "usable",
        json_schema_extra={"since": "0.3.0"},
        description="accepted dialogues that splits, rounds of the gate, trainings and self-learning take: usable: "
        "verified ones and those without evidence | verified: these alone | any: whatever the evidence says",
    )


class ExportSettings(BaseModel):
    """Which dialogues a dataset holds, and how they are written."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_ASIDE)

    failures: bool = Field(
        default=False,
        description="true takes discarded dialogues too: turns for DPO and KTO, or for the loss with train_failed",
    )
    splits: tuple[Literal["train", "test"], ...] = Field(
        ("train", "test"), min_length=1, description="which splits to write, each into a file of its own"
    )
    min_rounds: int = Field(0, ge=0, description="fewest executions of a dialogue")
    max_rounds: int = Field(0, ge=0, description="most executions of a dialogue; 0 sets no limit")
    verdicts: tuple[str, ...] = Field(
        (), description='only dialogues with a round of one of these verdicts, for example ["error"]; [] takes all'
    )
    languages: tuple[LanguageName, ...] = Field(
        (), description='only these languages, for example ["python"]; [] takes all'
    )
    licences: tuple[str, ...] = Field(
        (),
        description='only seeds under one of these SPDX expressions; "unknown" names those without; [] takes all',
    )
    stages: tuple[str, ...] = Field((), description='only these recipes, for example ["teach"]; [] takes all')
    models: tuple[str, ...] = Field((), description="only dialogues by these models; [] takes all")
    runs: tuple[str, ...] = Field((), description="only runs whose id begins with one of these; [] takes all")
    labels: tuple[Literal["accept", "reject", "flag", "none"], ...] = Field(
        ("accept", "flag", "none"), description="by the newest label of a person; none: without one"
    )
    evidence: tuple[Choice, ...] = Field(
        ("usable",),
        min_length=1,
        json_schema_extra={"since": "0.3.0"},
        description="dialogues that passed, by their evidence; usable: accepted, and verified or without evidence | "
        "verified | none: accepted without evidence | any: accepted, whatever the evidence says | unverified and "
        "contradicted: accepted or not",
    )
    min_mutation_score: float = Field(
        0.0,
        ge=0,
        le=1,
        json_schema_extra={"since": "0.3.0"},
        description="smallest share of changed programs that the tests tell from the program; 0 sets no limit, above "
        "it a dialogue without mutants is dropped",
    )
    min_agreement: float = Field(
        0.0,
        ge=0,
        le=1,
        json_schema_extra={"since": "0.3.0"},
        description="smallest share of independent solutions that agree; 0 sets no limit, above it a dialogue without "
        "such solutions is dropped",
    )
    near_duplicates: bool = Field(
        default=False, description="true keeps all of a group of near-duplicates; false the best of it"
    )
    similarity: float = Field(
        0.7, gt=0, le=1, description="Jaccard similarity from which dialogues count as near-duplicates"
    )
    decontaminate: bool = Field(default=True, description="drop what resembles a problem of a benchmark")
    secrets: bool = Field(default=True, description="drop what holds a credential (detect-secrets)")
    plain_share: float = Field(
        0.2,
        ge=0,
        le=1,
        description="share of accepted dialogues told without execution, so that a model learns when to run code",
    )
    closing: bool = Field(default=True, description="end with a turn in which the assistant states the result")
    train_failed: bool = Field(
        default=False, description="true includes the failed turns of the programmer in the loss"
    )
    reasoning: Literal["off", "think", "magistral", "kimi", "seed", "openthinker"] = Field(
        "off",
        json_schema_extra={"since": "0.3.0"},
        description="what the model thought, before each turn that is learnt and in no prompt, with the marks of a "
        "family: off | think (DeepSeek-R1, Qwen3) | magistral | kimi | seed | openthinker; prompt-completion suits "
        "templates that drop earlier thoughts",
    )
    interpreter_role: str = Field(
        "user",
        pattern="^(user|tool|ipython|interpreter|observation)$",
        description="role of the interpreter's output; user fits every chat template: "
        "user | tool | ipython | interpreter | observation",
    )
    code_start: str = Field(
        "<API_RUN_START>", min_length=1, description="special token before a block of code to run (AutoCoder's)"
    )
    code_stop: str = Field("<API_RUN_STOP>", min_length=1, description="special token after it")
    bash_start: str = Field(
        "<API_RUN_START>", min_length=1, description="special token before a block that installs packages"
    )
    bash_stop: str = Field("<API_RUN_STOP>", min_length=1, description="special token after it")

    @property
    def special_tokens(self) -> tuple[str, ...]:
        """The distinct special tokens, in a fixed order."""
        return tuple(dict.fromkeys((self.code_start, self.code_stop, self.bash_start, self.bash_stop)))
