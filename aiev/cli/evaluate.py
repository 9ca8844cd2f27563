"""`aiev evaluate`, `aiev gate` and `aiev eval`: models on problems, and the decision between two of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from aiev.cli.shared import AS_JSON, DB, configured, merged_config, show

if TYPE_CHECKING:
    from aiev.student.evaluate import Sat
    from aiev.student.roles import RoleName

MODEL = click.option("--model", default="", help="Model in place of the configured one.")
BATCH = click.option(
    "--batch",
    "by_batch",
    is_flag=True,
    help="Answers through the provider's batch API: a day's patience, half the price.",
)
LIMIT = click.option("--limit", type=click.IntRange(min=1), help="Only the first so many problems.")


@click.command()
@DB
@click.option(
    "--role", type=click.Choice(["teacher", "student"]), default="teacher", show_default=True, help="Who answers."
)
@MODEL
@BATCH
@LIMIT
@configured
@AS_JSON
def evaluate(
    db: Path,
    role: str,
    model: str,
    by_batch: bool,
    limit: int | None,
    files: tuple[Path, ...],
    assignments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Let teacher or student answer the test problems of DB's last round; their own tests judge.

    The student is what its newest training came to, and untrained before the first. The same command again goes on with
    what is missing.
    """
    from aiev.student.evaluate import sat_json
    from aiev.student.sitting import sit_round

    config = merged_config(files, _with_batch(assignments, by_batch))
    who = cast("RoleName", role)
    sat = asyncio.run(sit_round(config, db, who, model_name=model, limit=limit or 0, quiet=as_json))
    show(as_json, lambda: sat_json(sat), lambda: _view(sat, []))


@click.command()
@DB
@click.option("--teacher", default="", metavar="ID", help="Evaluation of the teacher; the newest without it.")
@click.option("--student", default="", metavar="ID", help="Evaluation of the student; the newest without it.")
@configured
@AS_JSON
def gate(
    db: Path, teacher: str, student: str, files: tuple[Path, ...], assignments: tuple[str, ...], as_json: bool
) -> None:
    """Decide whether the student takes over, from the evaluations in DB, and keep the decision with its evidence."""
    from aiev.student.gate import gate_json
    from aiev.student.sitting import judge_round
    from aiev.view.terminal.gates import gate_view

    judged = asyncio.run(judge_round(merged_config(files, assignments), db, teacher=teacher, student=student))
    show(as_json, lambda: gate_json(judged), lambda: gate_view(judged.record, judged.items))


@click.command("eval")
@click.option("--benchmark", required=True, metavar="NAME", help="humaneval, mbpp, or a TOML file that describes one.")
@click.option("--data", default="", metavar="FILE", help="Its problems, in place of the file that it names.")
@click.option(
    "--db", type=click.Path(path_type=Path), default=Path("eval.db"), show_default=True, help="Where results are kept."
)
@MODEL
@click.option(
    "--trained-on",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Look for the benchmark in this: .jsonl, .json, .csv, .parquet, or a database; repeatable. Without it, in the"
    " training dialogues of a student of --db.",
)
@BATCH
@LIMIT
@configured
@AS_JSON
def evaluate_benchmark(
    benchmark: str,
    data: str,
    db: Path,
    model: str,
    trained_on: tuple[Path, ...],
    by_batch: bool,
    limit: int | None,
    files: tuple[Path, ...],
    assignments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Let a model sit a benchmark: pass@1 by the interpreter's verdicts, with and without what it was trained on.

    The same command again goes on with what is missing, and pays for nothing twice.
    """
    from aiev.student.benchmark import sit_benchmark
    from aiev.view.terminal.evaluations import contamination_rows

    config = merged_config(files, _with_batch(assignments, by_batch))
    done = asyncio.run(
        sit_benchmark(
            config,
            db,
            benchmark,
            data=data,
            model_name=model,
            trained_on=trained_on,
            limit=limit or 0,
            quiet=as_json,
        )
    )
    show(as_json, done.as_dict, lambda: _view(done.sat, contamination_rows(done.contamination)))


def _with_batch(assignments: tuple[str, ...], by_batch: bool) -> tuple[str, ...]:
    return (*assignments, "gate.batch=true") if by_batch else assignments


def _view(sat: Sat, notes: list[tuple[str, str]]) -> object:
    from aiev.view.terminal.evaluations import evaluation_view

    return evaluation_view(sat.record, Counter(sample.verdict for sample in sat.samples), notes)
