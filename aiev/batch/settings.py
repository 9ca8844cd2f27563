"""Settings of the provider's batch API."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class BatchSettings(BaseModel):
    """Size, price and deadline of batches."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"shapes_dialogue": False})

    max_requests: int = Field(
        50_000, ge=1, description="requests in one batch; more become several batches (OpenAI takes 50,000)"
    )
    max_mib: float = Field(190.0, gt=0, description="size of the file of one batch, in mebibytes (OpenAI takes 200 MB)")
    window: str = Field("24h", min_length=1, description="how long the provider may take")
    poll_seconds: float = Field(60.0, gt=0, description="collect --wait: seconds between two polls")
    price_share: float = Field(
        0.5, ge=0, le=1, description="share of the live price that a batch costs; OpenAI and others charge half"
    )
