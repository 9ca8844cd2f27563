"""Scripted parts for the loop: models that count what they are asked, a training that counts itself."""

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path

from support.loading import load_seeds
from support.talk import reply

from aiev.config.layers import load_config
from aiev.recipes.self_learn import SelfLearning
from aiev.store.clock import now
from aiev.store.reading.student import StudentReader
from aiev.store.student_records import TrainingRecord
from aiev.store.writing.student import StudentStore
from aiev.student.context import Backends
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_interpreter import ExecutionResult, Verdict
from aiev_interpreter.backends.scripted import ScriptedInterpreter

QUIET = (
    "accept.policy=tests",
    *("questioner.constraint=off", "programmer.constraint=off", "run.workers=2"),
    *("gate.every=10", "gate.min_items=2", "gate.alpha=0.4", "split.test_share=0.4", "split.similarity=1.0"),
    *("student.name=small", "model.name=big", "student.min_diversity=0.01"),
)


def write_line(path, value):
    """Append to a file that counts."""
    with Path(path).open("a") as file:
        file.write(f"{value}\n")


def judge(job):
    """Passes everything but what calls itself bad."""
    bad = "# bad" in job.program
    return ExecutionResult(verdict=Verdict.ERROR if bad else Verdict.OK, exit_code=0, assertions=1)


def model(name, *, passes, latency, paid):
    """Writes a problem of its own for every seed; solves test problems if `passes`."""

    def answer(request):
        write_line(paid, request.hash)
        text = request.turns[-1][1]
        key = hashlib.sha256(text.encode()).hexdigest()
        if request.purpose == "questioner/ask":
            words = " ".join(key[at : at + 6] for at in range(0, 48, 6))
            return f"Write `add_{key[:12]}` of {words}, which returns the sum."
        evaluated = request.sampling.max_tokens == 77
        bad = "  # bad" if evaluated and not passes else ""
        words = "\n".join(f"    x = {key[at : at + 8]!r}" for at in range(0, 48, 8))
        return reply(f"def add_{key[:12]}(a, b):\n{words}\n    return a + b{bad}")

    return ScriptedChatModel(answer, name=name, latency_seconds=latency)


def backends(*, student_passes=True, teacher_passes=False, latency=0.0, paid="paid"):
    async def open_model(config, training):
        passes = student_passes if training else teacher_passes
        return model(config.settings.model.name, passes=passes, latency=latency, paid=paid)

    async def open_interpreter(settings, languages=(), *, run_id):
        return ScriptedInterpreter(judge)

    return Backends(open_model, open_interpreter)


async def train(config, db, *, seconds=0.0):
    """Counts in a file, and keeps what a real training would keep."""
    with StudentReader.open(db) as reader:
        number = reader.rounds()[-1].number
    record = TrainingRecord(f"t{number}", number, "small", "lora", "running", config={}, started_at=now())
    with StudentStore.open(db) as store:
        await store.write_training(record)
        await asyncio.sleep(seconds)
        write_line(db.with_name("trained"), number)
        done = replace(record, status="done", adapter=f"aiev-r{number:03}-0badcafe", finished_at=now())
        await store.write_training(done)
    return done


def loop(db, *assignments, files=(), seeds=60, told=None, train_seconds=0.0, **options):
    config = load_config(files, (*QUIET, "gate.max_tokens=77", *assignments))
    return SelfLearning(
        config,
        load_seeds([], limit=seeds).seeds,
        db,
        backends=backends(**options),
        train=lambda config, db: train(config, db, seconds=train_seconds),
        tell=(told.append if told is not None else lambda _: None),
    )
