"""Starts the training process and waits for its end.

Invariants: a training with a result is not started again; the standard error of the process is kept in `training.log`,
and its last line becomes the error message.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev.errors import AievError, SetupError
from aiev.student.training.__main__ import NO_EXTRA
from aiev.student.training.spec import TrainingResult
from aiev_agents.lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiev.student.training.spec import TrainingSpec

LOG = "training.log"
_SECRETS = ("KEY", "TOKEN", "SECRET", "PASSWORD")
_ITS_OWN = ("WANDB_", "HF_", "HUGGING_FACE_", "MLFLOW_")
"""Prefixes of variables that a training needs, keys included."""
_STREAM_LIMIT = 1 << 20


async def launch(
    spec: TrainingSpec,
    *,
    python: str = "",
    processes: int = 1,
    on_event: Callable[[dict[str, Any]], None] | None = None,
) -> TrainingResult:
    """Train in a process of its own, or return the result that is there.

    Args:
        spec: the training; its folder is made.
        python: Python with the extra `train`; empty takes this one.
        processes: more than one goes through `accelerate launch`.
        on_event: called with every event of the process.

    Raises:
        SetupError: the extra `train` is not installed there.
        AievError: the training failed; the message has its last line.
    """
    out = Path(spec.out)
    if done := TrainingResult.read(out):
        return done
    _prepare(spec, out)
    executable = python or sys.executable
    with (out / LOG).open("ab") as log:
        try:
            process = await asyncio.create_subprocess_exec(
                *_command(executable, processes, out / "spec.json"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=_environment(),
                start_new_session=True,
                limit=_STREAM_LIMIT,
            )
        except OSError as error:
            raise SetupError(f"train.python = {executable!r} cannot be started: {error.strerror}") from None
        code = await _until_end(process, on_event)
    result = TrainingResult.read(out)
    if code or result is None:
        raise _failure(code, out / LOG, executable)
    return result


def _prepare(spec: TrainingSpec, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    spec.write(out / "spec.json")


async def _until_end(process: asyncio.subprocess.Process, on_event: Callable[[dict[str, Any]], None] | None) -> int:
    """Pass on events until the process ends; it is killed when this call is cancelled."""
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    try:
        async for line in process.stdout:
            if on_event and line.startswith(b'{"event"'):
                on_event(json.loads(line))
        return await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        if process.stdin:
            process.stdin.close()


def _command(executable: str, processes: int, spec: Path) -> list[str]:
    own = ["-m", "aiev.student.training", str(spec)]
    if processes == 1:
        return [executable, *own]
    several = ["-m", "accelerate.commands.launch", "--num_processes", str(processes), "--multi_gpu"]
    return [executable, *several, *own]


def _environment() -> dict[str, str]:
    """The environment without keys, except those that a training itself may need."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(_ITS_OWN) or not any(word in name.upper() for word in _SECRETS)
    }


def _failure(code: int, log: Path, executable: str) -> AievError:
    lines = [line.strip() for line in lines_of(log.read_text(encoding="utf-8", errors="replace")) if line.strip()]
    last = lines[-1] if lines else "no message"
    if code == NO_EXTRA:
        return SetupError(f"{executable}: {last}; run `pip install 'aiev[train]'` or name another in train.python")
    return AievError(f"the training failed: {last}; the whole log is in {log}")
