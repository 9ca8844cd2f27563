"""Settings of the database."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class StoreSettings(BaseModel):
    """How the database is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    full_sync: bool = Field(
        default=False,
        description="true survives a power cut, not only a killed process; slower",
        json_schema_extra={"shapes_dialogue": False},
    )
