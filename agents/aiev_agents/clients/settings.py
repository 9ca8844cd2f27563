"""The settings of models and of the endpoints behind them, as a configuration writes them.

Invariant: each field says its default, unit and meaning, and what 0 or an empty value stands for; a field with
`shapes_dialogue` false changes how or where a reply is made, but not the request for it. Not covered: merging
files and naming origins, which is the configuration's business.
"""

from __future__ import annotations

import json
import re
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

_ASIDE: dict[str, Any] = {"shapes_dialogue": False}
_SINCE: dict[str, Any] = {"since": "0.3.0"}
Preset = Literal[
    "",
    "openai-reasoning",
    "anthropic",
    "mistral",
    "deepseek",
    "qwen",
    "qwen-thinking",
    "qwen-self-hosted",
    "gemini",
    "gemma",
    "grok",
]
PRESETS = [name for name in get_args(Preset) if name]
"""The shapes of `presets.toml`."""
OURS = frozenset({"model", "messages", "stream"})
"""Parameters of a request that no setting but their own can change."""
_SECRET = re.compile(r"auth|key|token|secret|cookie|password|signature", re.IGNORECASE)
"""Names of headers whose values are read from the environment alone."""


class EndpointSettings(BaseModel):
    """One of several endpoints of the model; a plain string in a configuration is its address alone."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_ASIDE)

    base_url: str = Field(description='address up to /v1, for example "http://127.0.0.1:8000/v1"')
    api_key_env: str | None = Field(
        None, description="NAME of the environment variable that holds its key; none takes model.api_key_env"
    )
    name: str = Field("", description='the endpoint\'s own name for the model; "" takes model.name')
    preset: Preset = Field("", description='shape of its requests; "" takes model.preset')


class ModelSettings(BaseModel):
    """Which model plays the roles, and where it answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backend: Literal["embedded", "openai", "vllm", "scripted"] = Field(
        "embedded",
        description="embedded: a llama.cpp server that aiev starts | openai: any OpenAI-compatible endpoint | vllm: a "
        "vLLM server that aiev starts, or uses when base_url is given | scripted: replies from a file, for tests",
    )
    name: str = Field(
        "qwen2.5-coder-1.5b-instruct",
        min_length=1,
        description="embedded: a name from `aiev models list` or the path of a GGUF file; openai: the endpoint's model "
        "name",
    )
    base_url: str = Field(
        "",
        description='openai, vllm: the endpoint\'s address up to /v1, for example "http://127.0.0.1:8000/v1"',
        json_schema_extra=_ASIDE,
    )
    endpoints: tuple[EndpointSettings, ...] = Field(
        (),
        description="openai: several endpoints of the model, the least loaded first: addresses, or "
        '{base_url = "…", api_key_env = "…", name = "…", preset = "…"}; [] takes base_url alone',
        json_schema_extra=_ASIDE,
    )
    api_key_env: str = Field(
        "OPENAI_API_KEY",
        description="openai, running vllm: NAME of the environment variable that holds the key; "
        '"" for an endpoint without keys',
        json_schema_extra=_ASIDE,
    )
    timeout_seconds: float = Field(600.0, gt=0, description="wait for one reply", json_schema_extra=_ASIDE)
    retry_seconds: float = Field(
        120.0, ge=0, description="budget for all tries of one request; 0 tries once", json_schema_extra=_ASIDE
    )
    api: Literal["chat", "completion"] = Field(
        "chat",
        description="chat: turns | completion: one text for `/v1/completions`, for base models that know no chat",
        json_schema_extra=_SINCE,
    )
    preset: Preset = Field(
        "",
        description=f"shape of requests by name: {' | '.join(PRESETS)}; the keys below go over it",
        json_schema_extra=_SINCE,
    )
    rename: dict[str, str] = Field(
        {},
        description='parameters that the endpoint calls otherwise, for example {max_tokens = "max_completion_tokens"}',
        json_schema_extra=_ASIDE,
    )
    leave_out: tuple[str, ...] = Field(
        (),
        description='parameters that are not sent, for example ["temperature", "top_p", "seed", "stop"]; what an '
        "endpoint refuses by name is left out by itself, and said once",
        json_schema_extra=_SINCE,
    )
    extra_body: dict[str, Any] = Field(
        {},
        description='parameters that are sent beside them, for example {reasoning_effort = "low"}, '
        "{enable_thinking = false}, {chat_template_kwargs = {…}} or {provider = {…}}",
        json_schema_extra=_SINCE,
    )
    extra_headers: dict[str, str] = Field(
        {},
        description='headers that are sent with each request; "$NAME" takes the value of the environment variable '
        'NAME, as keys must: {api-key = "$AZURE_KEY"}',
        json_schema_extra=_ASIDE,
    )
    system_role: Literal["", "system", "developer", "user"] = Field(
        "",
        description='role of the system text; user puts it before the first user turn; "" takes the preset\'s, else '
        "system",
        json_schema_extra=_SINCE,
    )
    alternate_roles: bool = Field(
        default=False, description="join neighbouring turns of one role", json_schema_extra=_ASIDE
    )
    stream: bool = Field(
        default=False,
        description="have replies streamed; an endpoint that answers no other way is found out",
        json_schema_extra=_ASIDE,
    )
    allow_hosts: tuple[str, ...] = Field(
        (),
        description='other hosts ("host" or "host:port") to which a redirect may take prompts and key',
        json_schema_extra=_ASIDE,
    )
    grammar: bool = Field(
        default=False,
        description="openai: the endpoint takes llama.cpp's `grammar` field (embedded always does); "
        "vllm: send grammars",
    )
    parallel: int = Field(
        4, ge=1, le=256, description="embedded: replies written at the same time", json_schema_extra=_ASIDE
    )
    context_tokens: int = Field(4096, ge=512, description="embedded: context for each of them")
    threads: int = Field(
        0, ge=0, description="embedded: CPU threads; 0 takes one for each core", json_schema_extra=_ASIDE
    )
    script: str = Field("", description="scripted: path of a JSON list of reply texts")
    price_input: float = Field(
        -1.0,
        ge=-1,
        description="US dollars for a million tokens read; -1 takes it from genai-prices by address and name, "
        "unknown stays unknown",
        json_schema_extra=_ASIDE,
    )
    price_output: float = Field(
        -1.0, ge=-1, description="US dollars for a million tokens written; likewise", json_schema_extra=_ASIDE
    )
    price_cached: float = Field(
        -1.0,
        ge=-1,
        description="US dollars for a million tokens read from the endpoint's cache; -1 takes genai-prices' or "
        "price_input",
        json_schema_extra=_ASIDE,
    )

    @field_validator("endpoints", mode="before")
    @classmethod
    def _addresses(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [{"base_url": each} if isinstance(each, str) else each for each in value]

    @field_validator("extra_body", "leave_out", "rename")
    @classmethod
    def _not_ours(cls, value: Any) -> Any:
        if taken := OURS.intersection(value):
            raise ValueError(f"{min(taken)} is set by aiev itself; model.name and model.stream are its settings")
        return value

    @field_validator("extra_headers")
    @classmethod
    def _no_secret(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            if _SECRET.search(name) and not text.startswith("$"):
                raise ValueError(f'a secret: put it into an environment variable and write {name} = "$VARIABLE"')
        return value

    @property
    def secret_variables(self) -> list[str]:
        """Names of the environment variables that hold keys and headers' values."""
        keys = [self.api_key_env, *(one.api_key_env for one in self.endpoints)]
        return [*filter(None, keys), *(value[1:] for value in self.extra_headers.values() if value.startswith("$"))]

    @property
    def decoding(self) -> str:
        """What of these settings changes the replies to a request, as one text; empty when nothing does."""
        changed = {
            "api": self.api if self.api != "chat" else "",
            "preset": self.preset,
            "leave_out": sorted(self.leave_out),
            "extra_body": self.extra_body,
            "system_role": self.system_role,
        }
        changed = {name: value for name, value in changed.items() if value}
        return json.dumps(changed, sort_keys=True) if changed else ""


class RatesSettings(BaseModel):
    """How much goes out to an endpoint, and how many requests are in flight. The run adds its own bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_ASIDE)

    requests_per_minute: float = Field(
        0.0,
        ge=0,
        description="sent to the model, smoothed to the second; 0 takes what answers name in their headers, if they do",
    )
    tokens_per_minute: float = Field(0.0, ge=0, description="read and written by the model; likewise")
    from_headers: bool = Field(default=True, description="keep to the limits that answers name in their headers")
    in_flight: int = Field(0, ge=0, description="requests to the model at once; 0 takes run.workers")
    adaptive: bool = Field(default=True, description="fewer at once after a 429, then slowly more")


class VllmSettings(BaseModel):
    """The vLLM server that aiev starts."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_ASIDE)

    command: str = Field(
        "",
        description='what starts vLLM, up to `serve`: "/opt/vllm/bin/vllm"; "" looks beside this Python, on the PATH, '
        "and for a module",
    )
    weights: str = Field(
        "",
        description='folder or hub name of the weights; "" takes model.name, under which they are served in any case',
    )
    dtype: str = Field("", description='"bfloat16", "float16", ...; "" lets vLLM choose, and so does 0 below')
    tensor_parallel: int = Field(0, ge=0, description="accelerators that one copy of the model is spread over")
    data_parallel: int = Field(0, ge=0, description="copies of the model")
    max_model_len: int = Field(0, ge=0, description="context, in tokens")
    gpu_memory_share: float = Field(0.0, ge=0, le=1, description="of each accelerator's memory, 0 to 1")
    lora: bool = Field(default=False, description="take LoRA adapters while it runs")
    max_lora_rank: int = Field(64, ge=1, description="lora: highest rank of an adapter")
    max_loras: int = Field(1, ge=1, description="lora: adapters that one batch may mix")
    arguments: tuple[str, ...] = Field(
        (), description='further arguments of `vllm serve`, for example ["--enforce-eager"]'
    )
    start_seconds: float = Field(1800.0, gt=0, description="how long it may take until it answers")
