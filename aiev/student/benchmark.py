"""Lets a model sit a benchmark, and puts beside its score what of the benchmark it was trained on.

Invariant: a student of the database is compared with the dialogues that it learnt from, unasked; of any other model
nobody knows what it learnt, so that the report is there only where its training data are named.
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
from aiev.student.contamination import contamination, learnt_by, learnt_from
from aiev.student.evaluate import sat_json
from aiev.student.roles import REAL, Openers, named, role_config
from aiev.student.sitting import opened_room, watched

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.store.student_records import TrainingRecord
    from aiev.student.evaluate import Sat


@dataclass(frozen=True, slots=True)
class Benchmarked:
    """What sitting a benchmark came to."""

    sat: Sat
    contamination: dict[str, Any] | None
    """See `aiev.student.contamination.contamination`; None where nobody knows what the model was trained on."""

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return sat_json(self.sat) | {"decontamination": self.contamination}


async def sit_benchmark(
    config: Config,
    db: Path,
    name: str,
    *,
    data: str = "",
    model_name: str = "",
    trained_on: Sequence[Path] = (),
    limit: int = 0,
    quiet: bool = False,
    openers: Openers = REAL,
) -> Benchmarked:
    """Let a model sit a benchmark.

    Args:
        config: of the model.
        db: where results are kept; made when there is none.
        name: see `load_benchmark`.
        data: likewise.
        model_name: model in place of the configured one; the name of a student that was trained in `db` takes it with
            what it has learnt.
        trained_on: files and databases to look for the benchmark in; none takes the dialogues of a student of `db`.
        limit: take so many problems, the first ones; 0 takes all.
        quiet: say nothing on standard error.
        openers: how model and sandbox are had.

    Raises:
        AievError: see `evaluate`, `load_benchmark` and `contamination`.
    """
    benchmark, problems = load_benchmark(name, data=data)
    chosen = problems[:limit] if limit else problems
    for file in trained_on:  # one that cannot be read should say so before anything is paid for
        next(rows_of([file]), None)
    with StudentStore.open(db) as store, StudentReader.open(db) as reader:
        training = _training(reader, model_name)
        own = role_config(config, "student" if training else "teacher", model=model_name)
        if training:
            own = named(own, training.adapter)
        async with opened_room(own, store, reader, chosen, training=training, openers=openers) as room:
            sat = await watched(room, chosen, quiet=quiet, benchmark=benchmark.name)
        learnt = learnt_from(trained_on) if trained_on else learnt_by(reader, training) if training else None
        if learnt is None:
            return Benchmarked(sat, None)
        report = await asyncio.to_thread(
            contamination, benchmark.name, chosen, sat.samples, learnt, config.settings.decontamination
        )
        await store.add_decontamination(
            DecontaminationRecord(sat.record.id, report["training_hash"], report, made_at=now())
        )
        return Benchmarked(sat, report)


def _training(reader: StudentReader, model_name: str) -> TrainingRecord | None:
    """What made a student of the database, by the name that it answers under."""
    done = (one for one in reader.trainings() if one.status == "done")
    return next((one for one in done if model_name and one.adapter == model_name), None)
