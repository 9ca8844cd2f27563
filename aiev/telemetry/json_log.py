"""The log of a run, one JSON document a line.

Invariants: no line holds the value of a key, nor prompts and replies unless they were asked for; a line is appended by
one write, so that several runs can share a file; a renamed file is closed and a new one opened, so that logrotate needs
no signal; a log that cannot be written is reported once and never fails a run.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from typing import TYPE_CHECKING, Any

from aiev.errors import UsageError
from aiev.telemetry.operations import (
    ChatOperation,
    DialogueOperation,
    ExecutionOperation,
    Observer,
    Operation,
    RunOperation,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LOGGERS = ("aiev", "aiev_agents", "aiev_interpreter")
_SHORTEST_SECRET = 4
"""Characters of the shortest value that is hidden: hiding shorter ones would hide words."""
_log = logging.getLogger("aiev.run")


class JsonLog(Observer):
    """Writes the operations of a run, and the records of our loggers, into a file."""

    def __init__(self, path: Path, *, secrets: Sequence[str] = (), prompts: bool = False) -> None:
        """Open the file.

        Args:
            path: appended to.
            secrets: values that are never written.
            prompts: write requests and replies in full too.

        Raises:
            UsageError: the file cannot be written.
        """
        self._prompts = prompts
        try:
            self._handler = _Handler(path, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot write the log {path}: {error.strerror}; name another file") from None
        self._handler.setFormatter(_Formatter(secrets))
        for name in LOGGERS:
            logger = logging.getLogger(name)
            logger.addHandler(self._handler)
            logger.setLevel(logging.INFO)

    @contextmanager
    def observe(self, operation: Operation) -> Iterator[None]:
        """See `Observer.observe`."""
        started = time.monotonic()
        if isinstance(operation, RunOperation):
            _info("run_started", **_run(operation))
        try:
            yield
        except BaseException as error:
            self._write(operation, time.monotonic() - started, error)
            raise
        self._write(operation, time.monotonic() - started)

    def close(self) -> None:
        """Close the file. May be called twice."""
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(self._handler)
        with suppress(OSError):  # a full disk, which was reported already
            self._handler.close()

    def _write(self, operation: Operation, seconds: float, error: BaseException | None = None) -> None:
        match operation:
            case RunOperation():
                event, fields = "run_ended", _run(operation) | {"statuses": operation.statuses}
            case DialogueOperation():
                event, fields = "item_finished", _dialogue(operation)
            case ChatOperation():
                event, fields = "reply", _chat(operation, prompts=self._prompts)
            case ExecutionOperation():
                event, fields = "verdict", _execution(operation)
        if error is None:
            _info(event, **fields, seconds=round(seconds, 3))
        else:
            why = {"error": type(error).__name__, "message": str(error)}
            _log.error(event, extra={"fields": fields | why | {"seconds": round(seconds, 3)}})


def _info(event: str, **fields: Any) -> None:
    _log.info(event, extra={"fields": fields})


def _run(operation: RunOperation) -> dict[str, Any]:
    run = operation.run
    fields = {name: getattr(run, name) for name in ("recipe", "model", "backend", "interpreter", "version")}
    return {"run": run.id, **fields, "seeds": operation.seeds}


def _dialogue(operation: DialogueOperation) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "run": operation.conversation.run_id,
        "conversation": operation.conversation.id,
        "seed": operation.conversation.seed_id,
        "language": operation.language,
    }
    ended = operation.ended
    if ended is None:
        return fields | {"status": "suspended"}
    names = ("status", "reason", "rounds", "prompt_tokens", "completion_tokens", "cost")
    return fields | {name: getattr(ended, name) for name in names}


def _chat(operation: ChatOperation, *, prompts: bool) -> dict[str, Any]:
    request, reply = operation.request, operation.reply
    fields: dict[str, Any] = {
        "conversation": operation.conversation_id,
        "purpose": request.purpose,
        "request": request.hash,
        "model": request.model,
    }
    if reply is not None:
        names = ("finish_reason", "prompt_tokens", "completion_tokens", "tries")
        fields |= {"answered_by": reply.model} | {name: getattr(reply, name) for name in names}
    if prompts:
        fields |= {"turns": request.turns, "content": reply.content if reply else None}
    return fields


def _execution(operation: ExecutionOperation) -> dict[str, Any]:
    fields: dict[str, Any] = {"conversation": operation.conversation_id, "language": operation.job.language}
    result = operation.result
    if result is None:
        return fields
    names = ("exit_code", "assertions", "wall_seconds", "peak_memory_bytes", "backend")
    return fields | {"verdict": str(result.verdict)} | {name: getattr(result, name) for name in names}


class _Formatter(logging.Formatter):
    """One JSON document for each record; secrets become stars."""

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__()
        self._secrets = [json.dumps(secret)[1:-1] for secret in secrets if len(secret) >= _SHORTEST_SECRET]

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        line = json.dumps(entry, default=str)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


class _Handler(WatchedFileHandler):
    """Reports once that the log cannot be written."""

    _reported = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging calls
        if not self._reported:
            self._reported = True
            error = sys.exc_info()[1]
            sys.stderr.write(
                f"aiev: cannot write the log {self.baseFilename}: {error}; the run continues ({record.msg})\n"
            )
