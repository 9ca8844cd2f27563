"""Trains the student on the training items of a round, in one stage or several, and stores the results.

Invariants: neither a test item nor a near-duplicate of one is trained on; the same items, model, settings and stages
before are the same training, which is done once, however often the command is given and wherever it was killed; no
stage begins before there are data for all.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev.dataset.split import assign_splits
from aiev.errors import AievError, UsageError
from aiev.run.lease import leased
from aiev.store.clock import now
from aiev.store.reading.read_only import ReadOnly
from aiev.store.reading.student import StudentReader
from aiev.store.student_records import TrainingRecord
from aiev.store.writing.student import StudentStore
from aiev.student.rounds import current_round
from aiev.student.training.launch import launch
from aiev.student.training.spec import MODEL, TrainingSpec, adapter_name
from aiev.student.training_files import TrainingFiles, write_training_files
from aiev_agents.clients.weights import KNOWN, find_weights, weights_dir

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiev.config.layers import Config
    from aiev.config.settings import Settings
    from aiev.student.training.settings import Method


async def train_student(
    config: Config,
    db: Path,
    *,
    student: str = "",
    out: Path | None = None,
    on_event: Callable[[dict[str, Any]], None] | None = None,
) -> TrainingRecord:
    """Train on the last round of a database, stage by stage, and return the last one.

    Args:
        config: sections `train`, `student`, `export` and `split` are used.
        db: the database; a first round is frozen when there is none.
        student: model in place of `student.name`.
        out: folder in place of `student.folder` beside the database.
        on_event: called with every event of the training.

    Raises:
        UsageError: no student is named, or there is nothing to train on.
        SetupError: the extra `train` is not installed.
        LeaseError: another process is at this training.
        AievError: the training failed; the same command resumes from its last checkpoint.
    """
    settings = config.settings
    ReadOnly(db).close()
    with StudentStore.open(db) as store, StudentReader.open(db) as reader:
        number = await current_round(store, reader, settings.split)
        folder, stages = out or db.parent / settings.student.folder, settings.train.stages
        if stages != ("sft",):  # pairs that came after the round need a side
            await asyncio.to_thread(assign_splits, db, settings.split)
        data = [_data(db, number, settings, folder, method) for method in stages]
        done: TrainingRecord | None = None
        for position, files in enumerate(data, 1):
            train = settings.train.model_copy(update={"stages": stages[:position]})
            own = settings.model_copy(update={"train": train})
            spec = training_spec(own, student or settings.student.name, files, folder, before=done)
            done = await _stage(store, reader, number, spec, files, on_event=on_event)
        assert done is not None  # noqa: S101 - there is a stage at least
        return done


def _data(db: Path, number: int, settings: Settings, folder: Path, method: Method) -> TrainingFiles:
    """The files of a stage.

    Raises:
        UsageError: there is nothing to train on.
    """
    name = f"data-r{number:03}" + ("" if method == "sft" else f"-{method}")
    data = write_training_files(db, number, settings, folder / name, method)
    if data.train:
        return data
    dropped = ", ".join(f"{count} {reason}" for reason, count in data.dropped.items())
    if method == "sft":
        raise UsageError(f"round {number} of {db} has no dialogue to train on: {dropped or 'there is none'}")
    left = f"{data.kept} dialogues are left, none of them for training with a repair or a pair of programs"
    raise UsageError(
        f"round {number} of {db} has no preferences to train on by {method}: {left}"
        + (f"; dropped: {dropped}" if dropped else "")
        + "; make pairs with `aiev prefer`, or more dialogues with `aiev teach`"
    )


async def _stage(
    store: StudentStore,
    reader: StudentReader,
    number: int,
    spec: TrainingSpec,
    data: TrainingFiles,
    *,
    on_event: Callable[[dict[str, Any]], None] | None,
) -> TrainingRecord:
    """Train one stage, unless that is done."""
    identity = spec.identity(data.digest)
    spec = spec.model_copy(update={"out": str(Path(spec.out) / f"r{number:03}-{identity}")})
    known = {one.id: one for one in reader.trainings()}.get(identity)
    if known and known.status == "done" and _has_weights(known):
        return known
    record = TrainingRecord(
        id=identity,
        round=number,
        base=spec.base,
        method=spec.method,
        status="running",
        path=spec.out,
        config=spec.as_dict() | {"data": data.digest},
        started_at=now(),
    )
    async with leased(store, f"training {identity}"):
        await store.write_training(record)
        return await _run(store, record, spec, on_event)


def _has_weights(record: TrainingRecord) -> bool:
    return Path(record.path).is_dir()


async def _run(
    store: StudentStore,
    record: TrainingRecord,
    spec: TrainingSpec,
    on_event: Callable[[dict[str, Any]], None] | None,
) -> TrainingRecord:
    train = spec.settings
    try:
        result = await launch(spec, python=train.python, processes=train.processes, on_event=on_event)
    except AievError as error:
        await store.write_training(replace(record, status="failed", reason=str(error), finished_at=now()))
        raise
    done = replace(
        record,
        status="done",
        adapter=adapter_name(record.round, result.weights_hash),
        adapter_hash=result.weights_hash,
        metrics=result.metrics | {"gguf_adapter": result.gguf_adapter},
        finished_at=now(),
    )
    await store.write_training(done)
    return done


def training_spec(
    settings: Settings,
    student: str,
    data: TrainingFiles,
    folder: Path,
    *,
    before: TrainingRecord | None = None,
) -> TrainingSpec:
    """A stage of the training that the configuration asks for.

    Args:
        settings: sections `run` and `train`, whose stages end with this one.
        student: model to train.
        data: of the stage.
        folder: of all trainings.
        before: the stage before.

    Raises:
        UsageError: no student is named, or the weights of a known model are not fetched.
    """
    if not student:
        raise UsageError("no student to train: name a model or a folder with --student, or set student.name")
    base, base_folder = _base(student)
    return TrainingSpec(
        base=base,
        base_folder=base_folder,
        train_file=str(data.train_file.resolve()),
        test_file=str(data.test_file.resolve()),
        out=str(folder),
        seed=settings.run.seed,
        settings=settings.train,
        start=str(Path(before.path, MODEL)) if before else "",
        start_hash=before.adapter_hash if before else "",
    )


def _base(student: str) -> tuple[str, str]:
    """What the training process loads, and the folder for a GGUF file in Hugging Face form."""
    weights = find_weights(student)
    if weights is None and student in KNOWN:
        raise UsageError(f"the weights of {student} are not fetched; run `aiev models fetch {student}`")
    if weights is None:
        path = Path(student).expanduser()
        with suppress(OSError):
            return (str(path.resolve()), "") if path.is_dir() else (student, "")
        return student, ""
    return str(weights.resolve()), str(weights_dir() / "hf" / weights.stem)
