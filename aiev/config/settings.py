"""The configuration: typed, layered, and able to say where each value comes from.

Layers, each over the one before: `configs/default.toml`, the files given, then `section.key=value` settings. The
default file is complete, so it is also the reference of every knob. Invariant: a key that the default file does not
have is an error that names the nearest one that it has.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from aiev.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

Constraint = Literal["off", "form", "strict"]
LanguageName = Literal["python", "javascript", "typescript", "java", "cpp", "rust", "go", "bash"]
Table = dict[str, Any]
_CREDENTIALS = re.compile(r"//[^/@\s\"]+@")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class RunConfig(_Section):
    """How much runs, and at once."""

    workers: int = Field(ge=1, le=4096)
    limit: int = Field(ge=0)
    seed: int = Field(ge=0)


class EndpointConfig(_Section):
    """One of several endpoints of the model; a plain string in a configuration is its address alone."""

    base_url: str
    api_key_env: str | None = None
    """None takes `model.api_key_env`."""
    name: str = ""
    """The endpoint's own name for the model; empty takes `model.name`."""


class ModelConfig(_Section):
    """Which model plays the roles, and where it answers."""

    backend: Literal["embedded", "openai", "vllm", "scripted"]
    name: str = Field(min_length=1)
    base_url: str
    endpoints: tuple[EndpointConfig, ...]
    api_key_env: str
    timeout_seconds: float = Field(gt=0)
    retry_seconds: float = Field(ge=0)
    grammar: bool
    parallel: int = Field(ge=1, le=256)
    context_tokens: int = Field(ge=512)
    threads: int = Field(ge=0)
    script: str
    price_input: float = Field(ge=-1)
    price_output: float = Field(ge=-1)
    price_cached: float = Field(ge=-1)

    @field_validator("endpoints", mode="before")
    @classmethod
    def _addresses(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [{"base_url": each} if isinstance(each, str) else each for each in value]


class RatesConfig(_Section):
    """How much goes out, and how much is under way at once."""

    requests_per_minute: float = Field(ge=0)
    tokens_per_minute: float = Field(ge=0)
    from_headers: bool
    in_flight: int = Field(ge=0)
    adaptive: bool
    executions: int = Field(ge=0)
    installs: int = Field(ge=0)
    writes: int = Field(ge=1)


class LimitsConfig(_Section):
    """Where a run stops although there is more to do; 0 sets no limit."""

    max_cost: float = Field(ge=0)
    max_tokens: int = Field(ge=0)
    max_accepted: int = Field(ge=0)
    max_seconds: float = Field(ge=0)


class VllmConfig(_Section):
    """The vLLM server that aiev starts."""

    command: str
    weights: str
    dtype: str
    tensor_parallel: int = Field(ge=0)
    data_parallel: int = Field(ge=0)
    max_model_len: int = Field(ge=0)
    gpu_memory_share: float = Field(ge=0, le=1)
    lora: bool
    max_lora_rank: int = Field(ge=1)
    max_loras: int = Field(ge=1)
    arguments: tuple[str, ...]
    start_seconds: float = Field(gt=0)


class BatchConfig(_Section):
    """The provider's batch API."""

    max_requests: int = Field(ge=1)
    max_mib: float = Field(gt=0)
    window: str = Field(min_length=1)
    poll_seconds: float = Field(gt=0)
    price_share: float = Field(ge=0, le=1)


class RoleConfig(_Section):
    """Decoding settings of a role."""

    temperature: float = Field(ge=0, le=2)
    top_p: float = Field(gt=0, le=1)
    max_tokens: int = Field(ge=1)
    constraint: Constraint


class QuestionerConfig(RoleConfig):
    """Decoding settings of the questioner."""

    describe_tokens: int = Field(ge=1)


class ProgrammerConfig(RoleConfig):
    """Decoding settings of the programmer."""

    temperature_step: float = Field(ge=0, le=1)


class DialogueConfig(_Section):
    """Shape of one dialogue."""

    max_rounds: int = Field(ge=1, le=50)
    language: LanguageName | Literal[""]
    basic: bool
    show_failed: bool
    feedback_chars: int = Field(ge=200)


class SeedsConfig(_Section):
    """Where seed snippets come from."""

    sources: tuple[str, ...]
    languages: tuple[LanguageName, ...]
    kind: Literal["function", "snippet", "problem"]
    self_contained: bool
    filters: tuple[str, ...]
    workers: int = Field(ge=0, le=1024)
    rows: Literal["auto", "file", "function", "snippet", "problem"]
    columns: tuple[str, ...]
    subset: str
    split: str = Field(min_length=1)
    max_file_kib: int = Field(ge=1)
    max_row_kib: int = Field(ge=1)


class FiltersConfig(_Section):
    """Bounds and lists of the filters that `seeds.filters` names."""

    min_lines: int = Field(ge=0)
    max_lines: int = Field(ge=1)
    max_chars: int = Field(ge=1)
    unfinished_words: tuple[str, ...]
    bad_imports: tuple[str, ...]
    licences: tuple[str, ...]
    unknown_licence: Literal["keep", "drop"]
    type_checker: Literal["mypy", "pyright"]
    type_check_seconds: float = Field(gt=0)
    judge_tokens: int = Field(ge=1)


class EvolveConfig(_Section):
    """How seed problems are made harder."""

    rounds: int = Field(ge=0, le=10)
    keep_original: bool
    compare: bool
    temperature: float = Field(ge=0, le=2)
    max_tokens: int = Field(ge=1)


class NearDuplicatesConfig(_Section):
    """When a snippet repeats another."""

    threshold: float = Field(gt=0, le=1)


class DecontaminationConfig(_Section):
    """What counts as a benchmark's item."""

    benchmarks: tuple[str, ...]
    similarity: float = Field(gt=0, lt=1)
    prompt_fields: tuple[str, ...]
    solution_field: str
    id_field: str
    workers: int = Field(ge=0, le=1024)


class InterpreterConfig(_Section):
    """The sandbox and its limits."""

    backend: Literal["auto", "docker", "bubblewrap"]
    base_image: str
    languages: tuple[str, ...]
    runtime: str
    ready: int = Field(ge=0)
    kept: int = Field(ge=1)
    preload: tuple[str, ...]
    wall_seconds: float = Field(gt=0)
    cpu_seconds: float = Field(gt=0)
    memory_mib: int = Field(ge=64)
    processes: int = Field(ge=4)
    output_kib: int = Field(ge=1)
    disk_mib: int = Field(ge=1)


class InstallConfig(_Section):
    """Installation of the packages that a reply asks for."""

    enabled: bool
    seconds: float = Field(gt=0)
    mib: int = Field(ge=1)
    index_url: str
    extra_index_url: str
    ca_bundle: str
    proxy: str
    from_imports: bool
    allow_source: bool
    allow: tuple[str, ...]
    deny: tuple[str, ...]


class TelemetryConfig(_Section):
    """What a run tells the outside."""

    log_file: str
    log_prompts: bool
    metrics_port: int = Field(ge=0, le=65535)
    otel: bool


class StoreConfig(_Section):
    """The database."""

    full_sync: bool


class SplitConfig(_Section):
    """How seeds are divided into training and test."""

    test_share: float = Field(ge=0, lt=1)
    salt: str
    similarity: float = Field(gt=0, le=1)


class ExportConfig(_Section):
    """Which dialogues a dataset is made of, and how they are told."""

    failures: bool
    splits: tuple[Literal["train", "test"], ...] = Field(min_length=1)
    min_rounds: int = Field(ge=0)
    max_rounds: int = Field(ge=0)
    verdicts: tuple[str, ...]
    languages: tuple[LanguageName, ...]
    licences: tuple[str, ...]
    stages: tuple[str, ...]
    models: tuple[str, ...]
    runs: tuple[str, ...]
    labels: tuple[Literal["accept", "reject", "flag", "none"], ...]
    near_duplicates: bool
    similarity: float = Field(gt=0, le=1)
    decontaminate: bool
    secrets: bool
    plain_share: float = Field(ge=0, le=1)
    closing: bool
    train_failed: bool
    interpreter_role: str = Field(pattern="^(user|tool|ipython|interpreter|observation)$")
    code_start: str = Field(min_length=1)
    code_stop: str = Field(min_length=1)
    bash_start: str = Field(min_length=1)
    bash_stop: str = Field(min_length=1)

    @property
    def special_tokens(self) -> tuple[str, ...]:
        """The distinct ones, in a fixed order."""
        return tuple(dict.fromkeys((self.code_start, self.code_stop, self.bash_start, self.bash_stop)))


class GateConfig(_Section):
    """When student and teacher are compared, and what the student must show."""

    every: int = Field(ge=2)
    rule: Literal["paired", "plain"]
    alpha: float = Field(gt=0, lt=1)
    min_items: int = Field(ge=1)
    confidence: float = Field(gt=0, lt=1)
    resamples: int = Field(ge=100, le=1_000_000)
    samples: int = Field(ge=1, le=1000)
    k: tuple[int, ...]
    temperature: float = Field(ge=0, le=2)
    top_p: float = Field(gt=0, le=1)
    max_tokens: int = Field(ge=1)
    batch: bool


class TrainConfig(_Section):
    """How the student is trained."""

    method: Literal["lora", "full"]
    epochs: float = Field(gt=0)
    learning_rate: float = Field(ge=0)
    batch_size: int = Field(ge=1)
    accumulation: int = Field(ge=1)
    max_tokens: int = Field(ge=16)
    packing: bool
    precision: Literal["auto", "bf16", "fp32"]
    gradient_checkpointing: bool
    lora_rank: int = Field(ge=1)
    lora_alpha: int = Field(ge=1)
    lora_dropout: float = Field(ge=0, lt=1)
    lora_modules: tuple[str, ...]
    special_tokens: tuple[str, ...]
    schedule: Literal["cosine", "linear", "constant"]
    warmup_share: float = Field(ge=0, lt=1)
    save_steps: int = Field(ge=1)
    evaluations: int = Field(ge=0)
    processes: int = Field(ge=1)
    report_to: tuple[Literal["wandb", "tensorboard", "mlflow", "trackio"], ...]
    python: str


class StudentConfig(_Section):
    """Which model learns, and how it is served."""

    name: str
    config: str
    folder: str
    rounds: int = Field(ge=0)
    guard_items: int = Field(ge=0)
    guard_drop: float = Field(ge=0, le=1)
    min_acceptance: float = Field(ge=0, le=1)
    min_diversity: float = Field(ge=0, le=1)
    max_near_duplicates: float = Field(ge=0, le=1)


class Settings(_Section):
    """All sections together."""

    run: RunConfig
    model: ModelConfig
    rates: RatesConfig
    limits: LimitsConfig
    vllm: VllmConfig
    batch: BatchConfig
    questioner: QuestionerConfig
    programmer: ProgrammerConfig
    dialogue: DialogueConfig
    seeds: SeedsConfig
    filters: FiltersConfig
    evolve: EvolveConfig
    near_duplicates: NearDuplicatesConfig
    decontamination: DecontaminationConfig
    interpreter: InterpreterConfig
    install: InstallConfig
    telemetry: TelemetryConfig
    store: StoreConfig
    split: SplitConfig
    export: ExportConfig
    gate: GateConfig
    train: TrainConfig
    student: StudentConfig


_NO_INFLUENCE = {
    "run": {"workers", "limit"},
    "model": {
        *("timeout_seconds", "retry_seconds", "parallel", "threads", "api_key_env", "base_url", "endpoints"),
        *("price_input", "price_output", "price_cached"),
    },
    "seeds": set(SeedsConfig.model_fields),
    "interpreter": {"languages", "runtime", "ready", "kept", "preload"},
    "store": {"full_sync"},
}
"""Keys that change how or on what a run works, but not what one dialogue would be."""
_NO_INFLUENCE_AT_ALL = {
    *("batch", "decontamination", "evolve", "export", "filters", "gate", "limits", "near_duplicates", "rates", "split"),
    *("student", "telemetry", "train", "vllm"),
}
"""Sections of such keys alone, which runs that began before there was such a section do not know either."""


@dataclass(frozen=True)
class Config:
    """Settings with the origin of each value."""

    settings: Settings
    origins: dict[str, str]
    """`section.key` to `default`, a file's path, or `--set`."""

    def public(self) -> dict[str, Any]:
        """All values as JSON-ready data, fit to be stored and shown: no address keeps its credentials."""
        text = json.dumps(self.settings.model_dump(mode="json"))
        public: dict[str, Any] = json.loads(_CREDENTIALS.sub("//***@", text))
        return public

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over everything that shapes a dialogue; a run goes on only under the same fingerprint."""
        table = {
            section: {key: value for key, value in values.items() if key not in _NO_INFLUENCE.get(section, ())}
            for section, values in self.settings.model_dump(mode="json").items()
            if section not in _NO_INFLUENCE_AT_ALL
        }
        return hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest()


def configs_dir() -> Path:
    """Folder of the shipped configurations: in the wheel inside the package, in a checkout beside it."""
    inside = Path(__file__).parents[1] / "configs"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "configs"


def load_config(files: Iterable[Path] = (), assignments: Iterable[str] = ()) -> Config:
    """Merge the layers and check the result.

    Args:
        files: TOML files, later ones over earlier ones. A bare name such as `qwen` stands for a shipped one.
        assignments: `section.key=value`; the value is read as TOML, and as a plain string when it is none.

    Raises:
        ConfigError: a file cannot be read, a key is unknown, or a value does not fit.
    """
    merged = _read(configs_dir() / "default.toml")
    origins = {f"{section}.{key}": "default" for section, values in merged.items() for key in values}
    for file in files:
        path = _shipped(file)
        _overlay(merged, _read(path), str(path), origins)
    for assignment in assignments:
        _overlay(merged, _assignment(assignment), "--set", origins)
    return Config(settings=_validated(merged, origins), origins=origins)


def layered(config: Config, file: Path) -> Config:
    """A configuration with one more file over it.

    Raises:
        ConfigError: see `load_config`.
    """
    merged, origins = config.settings.model_dump(mode="json"), dict(config.origins)
    path = _shipped(file)
    _overlay(merged, _read(path), str(path), origins)
    return Config(settings=_validated(merged, origins), origins=origins)


def _shipped(file: Path) -> Path:
    """A file as given, or the shipped one of that bare name."""
    shipped = configs_dir() / f"{file.name.removesuffix('.toml')}.toml"
    return shipped if not file.exists() and file.parent == Path() and shipped.exists() else file


def _read(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        shipped = ", ".join(sorted(file.stem for file in configs_dir().glob("*.toml")))
        raise ConfigError(
            f"cannot read configuration {path}: {error.strerror}; give an existing file or one of {shipped}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None


def _assignment(text: str) -> Table:
    """Parse `section.key=value`."""
    name, equals, value = text.partition("=")
    section, dot, key = name.strip().partition(".")
    if not (equals and dot and section and key):
        raise ConfigError(f"--set {text!r}: write it as section.key=value, for example run.workers=8")
    try:
        parsed = tomllib.loads(f"value = {value.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    return {section: {key: parsed}}


def _overlay(base: Table, layer: Table, origin: str, origins: dict[str, str]) -> None:
    """Write `layer` over `base`, in place, refusing keys that `base` does not have."""
    for section, values in layer.items():
        if section not in base or not isinstance(values, dict):
            raise ConfigError(f"{origin}: unknown section [{section}]{_nearest(section, base)}")
        for key, value in values.items():
            if key not in base[section]:
                known = [name for name in origins if name.startswith(f"{section}.")] or list(origins)
                raise ConfigError(f"{origin}: unknown key {section}.{key}{_nearest(f'{section}.{key}', known)}")
            base[section][key] = value
            origins[f"{section}.{key}"] = origin


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    return f"; did you mean {close[0]}?" if close else "; `aiev config show` lists what there is"


def _validated(table: Table, origins: dict[str, str]) -> Settings:
    try:
        return Settings.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"][:2])
        raise ConfigError(
            f"{origins.get(name, 'default')}: {name} = {first['input']!r}: {first['msg'].lower()}"
        ) from None
