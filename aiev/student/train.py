"""Trains the student on the training items of a round, and stores the result.

Invariants: neither a test item nor a near-duplicate of one is trained on; the same items, model and settings are the
same training, which is done once, however often the command is given and wherever it was killed.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev.errors import AievError, UsageError
from aiev.run.lease import leased
from aiev.store.clock import now
from aiev.store.reading.read_only import ReadOnly
from aiev.store.reading.student import StudentReader
from aiev.store.student_records import TrainingRecord
from aiev.store.writing.student import StudentStore
from aiev.student.rounds import current_round
from aiev.student.training.launch import launch
from aiev.student.training.spec import TrainingSpec, adapter_name
from aiev.student.training_files import TrainingFiles, write_training_files
from aiev_agents.clients.weights import KNOWN, find_weights, weights_dir

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiev.config.layers import Config
    from aiev.config.settings import Settings


async def train_student(
    config: Config,
    db: Path,
    *,
    student: str = "",
    out: Path | None = None,
    on_event: Callable[[dict[str, Any]], None] | None = None,
) -> TrainingRecord:
    """Train on the last round of a database.

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
        folder = out or db.parent / settings.student.folder
        data = write_training_files(db, number, settings, folder / f"data-r{number:03}")
        if not data.train:
            reasons = ", ".join(f"{count} {reason}" for reason, count in data.dropped.items()) or "there is none"
            raise UsageError(f"round {number} of {db} has no dialogue to train on: {reasons}")
        spec = training_spec(settings, student or settings.student.name, data, folder)
        identity = spec.identity(data.digest)
        spec = spec.model_copy(update={"out": str(folder / f"r{number:03}-{identity}")})
        known = {one.id: one for one in reader.trainings()}.get(identity)
        if known and known.status == "done" and _has_weights(known):
            return known
        record = TrainingRecord(
            id=identity,
            round=number,
            base=spec.base,
            method=spec.settings.method,
            status="running",
            path=spec.out,
            config=spec.as_dict() | {"data": data.digest},
            started_at=now(),
        )
        async with leased(store, f"training {identity}"):
            await store.write_training(record)
            return await _run(store, record, spec, settings, on_event)


def _has_weights(record: TrainingRecord) -> bool:
    return Path(record.path).is_dir()


async def _run(
    store: StudentStore,
    record: TrainingRecord,
    spec: TrainingSpec,
    settings: Settings,
    on_event: Callable[[dict[str, Any]], None] | None,
) -> TrainingRecord:
    train = settings.train
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


def training_spec(settings: Settings, student: str, data: TrainingFiles, folder: Path) -> TrainingSpec:
    """The training that the configuration asks for.

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
