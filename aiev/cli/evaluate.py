"""`aiev evaluate`, `aiev gate` and `aiev eval`: models on problems, and the decision between two of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from aiev.cli.options import AS_JSON, AT_LEAST_1, DB, PATH, configured, setting
from aiev.cli.printing import show
from aiev.cli.progress import progress_lines

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from aiev.config.layers import Config
    from aiev.run.progress import Progress
    from aiev.student.evaluation import Evaluation
    from aiev.student.roles import RoleName

_Result = TypeVar("_Result")
MODEL = click.option("--model", default="", help="Evaluate this model instead of the configured one.")
BATCH = setting("--batch", "gate.batch", to=True, help="Use the provider's batch API: within a day, at half the price.")
FIRST = click.option("--limit", type=AT_LEAST_1, default=None, help="Only this many problems.")


@click.command()
@DB
@click.option(
    "--role", type=click.Choice(["teacher", "student"]), default="teacher", show_default=True, help="Which model."
)
@MODEL
@BATCH
@FIRST
@configured
@AS_JSON
def evaluate(db: Path, role: RoleName, model: str, limit: int | None, config: Config, as_json: bool) -> None:
    """Evaluate teacher or student on the test problems of DB.

    The problems are those of the last round, and each problem's own tests decide. The student is the result of its
    newest training, and the untrained model before the first. The same command resumes the evaluation.
    """
    from aiev.run.progress import Progress
    from aiev.student.evaluate import evaluate_round

    progress = Progress(total=0)
    work = evaluate_round(config, db, role, model_name=model, limit=limit or 0, progress=progress)
    done = _evaluated(work, progress, quiet=as_json)
    show(as_json, done.as_dict, lambda: _view(done))


@click.command()
@DB
@click.option("--teacher", default="", metavar="ID", help="Evaluation of the teacher; by default the newest.")
@click.option("--student", default="", metavar="ID", help="Evaluation of the student; by default the newest.")
@configured
@AS_JSON
def gate(db: Path, teacher: str, student: str, config: Config, as_json: bool) -> None:
    """Decide from the evaluations in DB whether the student wins.

    The decision is stored with its evidence.
    """
    from aiev.student.gate import decide_round
    from aiev.view.terminal.gates import gate_view

    decision = asyncio.run(decide_round(config, db, teacher=teacher, student=student))
    show(as_json, decision.as_dict, lambda: gate_view(decision.record, decision.items))


@click.command("eval")
@click.option("--benchmark", required=True, metavar="NAME", help="humaneval, mbpp, or a TOML file that describes one.")
@click.option("--data", default="", metavar="FILE", help="Its problems, instead of the file that it names.")
@click.option("--db", type=PATH, default=Path("eval.db"), show_default=True, help="Database for results.")
@MODEL
@click.option(
    "--trained-on",
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="Training data to compare the benchmark with: .jsonl, .json, .csv, .parquet, or a database; repeatable. For a"
    " student of --db, its training dialogues by default.",
)
@BATCH
@FIRST
@configured
@AS_JSON
def evaluate_benchmark(
    benchmark: str,
    data: str,
    db: Path,
    model: str,
    trained_on: tuple[Path, ...],
    limit: int | None,
    config: Config,
    as_json: bool,
) -> None:
    """Evaluate a model on a benchmark.

    Reports pass@1 by the interpreter's verdicts, with and without the problems that the model was trained on. The same
    command resumes the evaluation and pays for nothing twice.
    """
    from aiev.run.progress import Progress
    from aiev.student import benchmark as benchmarks
    from aiev.view.terminal.evaluations import contamination_rows

    chosen: dict[str, Any] = {"data": data, "model_name": model, "trained_on": trained_on, "limit": limit or 0}
    progress = Progress(total=0)
    work = benchmarks.evaluate_benchmark(config, db, benchmark, **chosen, progress=progress)
    done = _evaluated(work, progress, quiet=as_json)
    show(as_json, done.as_dict, lambda: _view(done.evaluation, contamination_rows(done.contamination)))


def _evaluated(work: Coroutine[None, None, _Result], progress: Progress, *, quiet: bool) -> _Result:
    """The result of an evaluation, with a line about its progress now and then."""
    from aiev.view.terminal.panel import evaluation_line

    async def evaluated() -> _Result:
        async with progress_lines(progress, evaluation_line, quiet=quiet):
            return await work

    return asyncio.run(evaluated())


def _view(done: Evaluation, notes: list[tuple[str, str]] | None = None) -> object:
    from aiev.view.terminal.evaluations import evaluation_view, missing_rows

    lacking = missing_rows(done.missing, done.record.items * done.record.samples, done.refused)
    verdicts = Counter(sample.verdict for sample in done.samples)
    return evaluation_view(done.record, verdicts, [*lacking, *(notes or [])])
