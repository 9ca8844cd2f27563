"""Evaluates a model on a benchmark, and reports which of its problems were in the model's training data.

Invariant: a student of the database is always compared with the dialogues that it was trained on; any other model only
with the training data that the user names. Not covered: training data that nobody names.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiev.similarity.decontamination.rows import rows_of
from aiev.store.clock import now
from aiev.store.reading.student import StudentReader
from aiev.store.student_records import DecontaminationRecord
from aiev.store.writing.student import StudentStore
from aiev.student.benchmark_files import load_benchmark
from aiev.student.contamination import contamination, data_in_files, data_of_training
from aiev.student.context import DEFAULT_BACKENDS, Backends, open_evaluation
from aiev.student.evaluate import evaluate
from aiev.student.roles import config_for_role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.run.progress import Progress
    from aiev.store.student_records import TrainingRecord
    from aiev.student.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class BenchmarkEvaluation:
    """An evaluation on a benchmark, with the report on training data."""

    evaluation: Evaluation
    contamination: dict[str, Any] | None
    """See `aiev.student.contamination.contamination`; None where the training data are unknown."""

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready: the evaluation, and the report under `decontamination`."""
        return self.evaluation.as_dict() | {"decontamination": self.contamination}


async def evaluate_benchmark(
    config: Config,
    db: Path,
    name: str,
    *,
    data: str = "",
    model_name: str = "",
    trained_on: Sequence[Path] = (),
    limit: int = 0,
    progress: Progress | None = None,
    backends: Backends = DEFAULT_BACKENDS,
) -> BenchmarkEvaluation:
    """Evaluate a model on a benchmark.

    Args:
        config: of the model.
        db: where results are stored; made when there is none.
        name: see `load_benchmark`.
        data: likewise.
        model_name: model in place of the configured one; the name of a student that was trained in `db` takes its
            adapter.
        trained_on: files and databases with the model's training data; empty takes the dialogues of a student of `db`.
        limit: number of problems, the first ones; 0 takes all.
        progress: counts samples.
        backends: open the model and the sandbox.

    Raises:
        AievError: see `evaluate`, `load_benchmark` and `contamination`.
    """
    benchmark, problems = load_benchmark(name, data=data)
    chosen = problems[:limit] if limit else problems
    for file in trained_on:  # a file that cannot be read is an error before anything is paid for
        next(rows_of([file]), None)
    with StudentStore.open(db) as store, StudentReader.open(db) as reader:
        training = _training(reader, model_name)
        own = config_for_role(config, "student" if training else "teacher", model=model_name)
        opened = open_evaluation(own, store, reader, chosen, training=training, progress=progress, backends=backends)
        async with opened as context:
            evaluation = await evaluate(context, chosen, benchmark=benchmark.name)
        if not trained_on and not training:
            return BenchmarkEvaluation(evaluation, None)
        learnt = data_of_training(reader, training) if training and not trained_on else data_in_files(trained_on)
        report = await asyncio.to_thread(
            contamination, benchmark.name, chosen, evaluation.samples, learnt, config.settings.decontamination
        )
        record = DecontaminationRecord(evaluation.record.id, report["training_hash"], report, made_at=now())
        await store.add_decontamination(record)
        return BenchmarkEvaluation(evaluation, report)


def _training(reader: StudentReader, model_name: str) -> TrainingRecord | None:
    """The training of a student of the database, by the name of its adapter."""
    done = (one for one in reader.trainings() if one.status == "done")
    return next((one for one in done if model_name and one.adapter == model_name), None)
