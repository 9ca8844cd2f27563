"""Settings of telemetry: the log file, the metrics port, OpenTelemetry."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class TelemetrySettings(BaseModel):
    """What a run reports to the outside."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"shapes_dialogue": False})

    log_file: str = Field(
        "", description='append the events of the run to this file, one JSON document a line; "" writes none'
    )
    log_prompts: bool = Field(
        default=False, description="log_file: include what the agents say; keys are never written"
    )
    metrics_port: int = Field(
        0, ge=0, le=65535, description="serve Prometheus metrics on 127.0.0.1 at this port; 0 serves none"
    )
    otel: bool = Field(
        default=False, description="send traces and metrics by OpenTelemetry, to where the OTEL_* variables say"
    )
