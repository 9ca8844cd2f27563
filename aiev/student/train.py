"""Trains the student on the training items of a round, and stores the result.

Invariants: neither a test item nor a near-duplicate of one is trained on; the same items, model and settings are the
same training, which is done once, however often the command is given and wherever it was killed.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev.dataset.duplicates import worse_duplicates
from aiev.dataset.exported import Funnel
from aiev.dataset.formats import SHAPES
from aiev.dataset.judges import default_judges
from aiev.dataset.postprocess import build_sample
from aiev.dataset.selection import select
from aiev.errors import AievError, UsageError
from aiev.store.clock import now
from aiev.store.reading.dialogues import DialogueReader
from aiev.store.reading.read_only import ReadOnly
from aiev.store.reading.student import StudentReader
from aiev.store.student_records import TrainingRecord
from aiev.store.writing.student import StudentStore
from aiev.student.rounds import current_round, items_of
from aiev.student.training.launch import launch
from aiev.student.training.spec import TrainingSpec, adapter_name
from aiev_agents.clients.weights import KNOWN, find_weights, weights_dir

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiev.config.layers import Config
    from aiev.config.settings import Settings
    from aiev.dataset.settings import ExportSettings

_SHAPE = SHAPES["messages"]


@dataclass(frozen=True, slots=True)
class TrainingFiles:
    """The dialogues of a training, in files."""

    train_file: Path
    test_file: Path
    digest: str
    train: int
    """Dialogues to learn from."""
    test: int
    """Dialogues to measure the loss on."""
    dropped: dict[str, int]
    """Dialogues by reason."""


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
        AievError: the training failed; the same command resumes from its last checkpoint.
    """
    settings = config.settings
    ReadOnly(db).close()
    with StudentStore.open(db) as store, StudentReader.open(db) as reader:
        number = await current_round(store, reader, settings.split)
        folder = out or db.parent / settings.student.folder
        data = write_data(db, number, settings.export, folder / f"data-r{number:03}")
        if not data.train:
            reasons = ", ".join(f"{count} {reason}" for reason, count in data.dropped.items()) or "there is none"
            raise UsageError(f"round {number} of {db} has no dialogue to train on: {reasons}")
        spec = training_spec(settings, student or settings.student.name, data, folder)
        identity = spec.identity(data.digest)
        spec = replace(spec, out=str(folder / f"r{number:03}-{identity}"))
        known = {one.id: one for one in reader.trainings()}.get(identity)
        if known and known.status == "done" and _has_weights(known):
            return known
        config_row = json.loads(json.dumps(asdict(spec) | {"data": data.digest}))  # as it will be read again
        record = TrainingRecord(
            identity, number, spec.base, spec.method, "running", path=spec.out, config=config_row, started_at=now()
        )
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


def write_data(db: Path, number: int, settings: ExportSettings, folder: Path) -> TrainingFiles:
    """Write the items of a round as dialogues to train on and to measure the loss on.

    They are chosen and written as `aiev export` does it: without near-duplicates, credentials and control tokens.
    """
    with StudentReader.open(db) as reader:
        accepted = reader.accepted()
    parts = {name: {one.id for one in items_of(accepted, number, name)} for name in ("train", "test")}
    folder.mkdir(parents=True, exist_ok=True)
    chosen = settings.model_copy(update={"splits": ("train", "test"), "failures": False})
    funnel = Funnel()
    rows: dict[str, list[str]] = {"train": [], "test": []}
    with DialogueReader.open(db) as dialogues:
        worse = worse_duplicates(partial(dialogues.dialogues, messages=False), chosen)
        for record in select(dialogues.dialogues(), chosen, default_judges(chosen), worse, funnel):
            for name in (name for name, ids in parts.items() if record.id in ids):
                sample = build_sample(record, chosen)
                rows[name] += [json.dumps(row, ensure_ascii=False) for row in _SHAPE.rows(sample)]
    files = {name: folder / f"{name}.jsonl" for name in rows}
    digest = hashlib.sha256()
    for name, path in files.items():
        text = "".join(f"{row}\n" for row in rows[name])
        digest.update(f"{name}\n{text}".encode(errors="surrogatepass"))
        path.write_text(text, encoding="utf-8", errors="replace")
    return TrainingFiles(
        files["train"], files["test"], digest.hexdigest(), len(rows["train"]), len(rows["test"]), dict(funnel.dropped)
    )


def training_spec(settings: Settings, student: str, data: TrainingFiles, folder: Path) -> TrainingSpec:
    """The training that the configuration asks for.

    Raises:
        UsageError: no student is named, or the weights of a known model are not fetched.
    """
    if not student:
        raise UsageError("no student to train: name a model or a folder with --student, or set student.name")
    base, base_folder = _base(student)
    train = settings.train.model_dump(exclude={"processes", "python"})
    lists = {name: tuple(train[name]) for name in ("lora_modules", "special_tokens", "report_to")}
    return TrainingSpec(
        base=base,
        base_folder=base_folder,
        train_file=str(data.train_file.resolve()),
        test_file=str(data.test_file.resolve()),
        out=str(folder),
        seed=settings.run.seed,
        **train | lists,
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
