"""Benchmarks as configuration: where the problems are, and how a row becomes a question with tests.

Invariant: templates are rendered in Jinja's sandbox, and an undefined variable is an error, so a file can neither run
code nor leave a question half empty. Not covered: fetching data; the error about a missing file says where to get it.
"""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ConfigDict, ValidationError

from aiev.config.layers import configs_dir
from aiev.errors import UsageError
from aiev.student.problems import Problem
from aiev.tables.read import read_rows
from aiev_agents.languages.names import LanguageName

if TYPE_CHECKING:
    from aiev.tables.row import Row


class Benchmark(BaseModel):
    """One benchmark; `configs/benchmarks/humaneval.toml` says what each key means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    language: LanguageName
    data: str
    help: str = ""
    id: str
    question: str
    prefix: str = ""
    tests: str
    text: str = ""
    solution: str = ""
    entry_point: str = ""


def shipped() -> list[str]:
    """Names of the benchmarks that ship with aiev."""
    return sorted(path.stem for path in (configs_dir() / "benchmarks").glob("*.toml"))


def load_benchmark(name: str, *, data: str = "") -> tuple[Benchmark, list[Problem]]:
    """A benchmark and its problems.

    Args:
        name: of a shipped benchmark, or the path of a TOML file.
        data: file of the problems, in place of the benchmark's own.

    Raises:
        UsageError: the file or its data are missing or malformed.
    """
    benchmark = _described(name)
    return benchmark, _problems(benchmark, data or benchmark.data)


def _described(name: str) -> Benchmark:
    path = configs_dir() / "benchmarks" / f"{name}.toml" if name in shipped() else Path(name)
    try:
        return Benchmark.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))["benchmark"])
    except OSError as error:
        raise UsageError(
            f"no benchmark {name}: {error.strerror}; give one of {', '.join(shipped())} or a TOML file"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from None
    except KeyError:
        raise UsageError(f"{path} has no section [benchmark]; humaneval.toml shows one") from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise UsageError(f"{path}: benchmark.{key}: {first['msg'].lower()}") from None


def _problems(benchmark: Benchmark, data: str) -> list[Problem]:
    path = _located(data, benchmark)
    try:
        rows = list(read_rows(path))
    except UsageError as error:
        advice = benchmark.help or "name the file with --data"
        raise UsageError(f"cannot read the problems of {benchmark.name}: {error}; {advice}") from None
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    problems = [_problem(benchmark, row, environment) for row in rows]
    if len({problem.id for problem in problems}) != len(problems) or not problems:
        raise UsageError(f"{path}: no problems, or two of the same name; see benchmark.id")
    return problems


def _located(data: str, benchmark: Benchmark) -> Path:
    """A path, or a file in an installed package, which is not imported."""
    package, colon, inside = data.partition(":")
    if not (colon and package.isidentifier()):
        return Path(data).expanduser()
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise UsageError(
            f"no {package} with the problems of {benchmark.name}: {benchmark.help}, or name a file with --data"
        )
    return Path(next(iter(found.submodule_search_locations)), inside)


def _problem(benchmark: Benchmark, row: Row, environment: SandboxedEnvironment) -> Problem:
    def rendered(template: str) -> str:
        try:
            return environment.from_string(template).render(row.fields)
        except TemplateError as error:
            raise UsageError(f"{row.where}: {error}; the columns are {', '.join(row.fields)}") from None

    return Problem(
        id=rendered(benchmark.id),
        question=rendered(benchmark.question).strip(),
        tests=rendered(benchmark.tests),
        language=benchmark.language,
        prefix=rendered(benchmark.prefix),
        asked_plainly=True,
        text=rendered(benchmark.text or benchmark.question),
        solution=rendered(benchmark.solution),
        entry_point=rendered(benchmark.entry_point),
    )
