"""Settings of training.

Source of the preference stages' defaults: beta from DPO and KTO (arXiv 2305.18290, 2402.01306); the weight of the
supervised loss from Iterative RPO (arXiv 2404.19733); the rate of full training from CodeDPO (arXiv 2410.05605), and
ten times that for LoRA (Schulman et al., "LoRA Without Regret", 2025).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Method = Literal["sft", "dpo", "rpo", "kto"]
"""Supervised; preference pairs; pairs with a supervised loss on the chosen answer; answers with labels."""


class TrainSettings(BaseModel):
    """How the student is trained."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"shapes_dialogue": False})

    stages: tuple[Method, ...] = Field(
        ("sft",),
        min_length=1,
        description="trainings one after another, each on the weights of the one before; sft: supervised | dpo: "
        "preference pairs | rpo: dpo with a supervised loss on the chosen answers | kto: answers with labels",
    )
    weights: Literal["lora", "full"] = Field("lora", description="lora: an adapter | full: all weights")
    epochs: float = Field(3.0, gt=0, description="sft: passes over the training split")
    learning_rate: float = Field(0.0, ge=0, description="sft: 0 takes 2e-4 for lora and 2e-5 for full")
    preference_epochs: float = Field(1.0, gt=0, description="dpo, rpo, kto: passes over the training split")
    preference_rate: float = Field(
        0.0, ge=0, description="dpo, rpo, kto: learning rate; 0 takes 5e-5 for lora and 5e-6 for full"
    )
    beta: float = Field(0.1, gt=0, description="dpo, rpo, kto: how firmly the model is held to the one it began as")
    sft_weight: float = Field(1.0, ge=0, description="rpo: weight of the supervised loss beside that of the pairs")
    batch_size: int = Field(
        1, ge=1, description="sequences on each device at once; kto takes two at least, which it compares"
    )
    accumulation: int = Field(8, ge=1, description="batches to one step of the optimizer")
    max_tokens: int = Field(
        2048, ge=16, description="longest sequence, in tokens; a longer dialogue or pair is left out and counted"
    )
    packing: bool = Field(
        default=True,
        description="sft: several dialogues in one sequence; attention does not cross from one to the other",
    )
    precision: Literal["auto", "bf16", "fp32"] = Field(
        "auto", description="bf16 | fp32 | auto: bf16 where a GPU has it"
    )
    gradient_checkpointing: bool = Field(default=True, description="less memory, about a third more time")
    lora_rank: int = Field(16, ge=1, description="rank of the adapter")
    lora_alpha: int = Field(32, ge=1, description="scale of the adapter; it is divided by the rank")
    lora_dropout: float = Field(0.0, ge=0, lt=1, description="share of the adapter's inputs dropped in training")
    lora_modules: tuple[str, ...] = Field(
        (), description="names of the layers that get an adapter; [] takes all linear ones"
    )
    special_tokens: tuple[str, ...] = Field(
        (),
        description='added to tokenizer and embeddings, for example ["<API_RUN_START>", "<API_RUN_STOP>"]; they are '
        "trained, but a server then needs the trained model itself, not an adapter alone",
    )
    schedule: Literal["cosine", "linear", "constant"] = Field(
        "cosine", description="of the learning rate: cosine | linear | constant"
    )
    warmup_share: float = Field(0.03, ge=0, lt=1, description="share of the steps in which the learning rate rises")
    save_steps: int = Field(50, ge=1, description="steps between two checkpoints, from which a killed training resumes")
    evaluations: int = Field(
        4,
        ge=0,
        description="times that the loss on the test split is measured during training, besides before and after",
    )
    processes: int = Field(1, ge=1, description="GPUs; more than one goes through `accelerate launch`")
    report_to: tuple[Literal["wandb", "tensorboard", "mlflow", "trackio"], ...] = Field(
        (), description="also report to wandb | tensorboard | mlflow | trackio; their packages must be installed"
    )
    python: str = Field("", description="Python with the extra `train`, when it is not this one; it needs aiev too")
