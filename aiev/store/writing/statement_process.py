"""Runs the commands of a busy run in a process of its own, beside the one that holds the conversations.

Two threads of one Python take turns: with hundreds of conversations in flight, a writer that merges rows and goes to
SQLite twenty times for each group of them waits for its turn as often, and so does everybody who waits for it. So both
are done elsewhere; here, a group is one `marshal.dumps`, one writing into a pipe, and one reading from another.

Invariants: commands that are handed over together are one transaction; an answer without an error means committed; the
process ends with the one that started it, kill -9 included, and commits what it had been given whole by then; it has
none of its environment, so no key; each message stands alone, so it keeps nothing from one to the next. Not covered:
what to do when it dies (`thread.py` runs the same again itself, which every write allows).

The process loads this module and `bulk.py`, and nothing else but the standard library.
"""

from __future__ import annotations

import marshal
import os
import signal
import sqlite3
import struct
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from aiev.store.writing.bulk import Rows, Statement, run_rows

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable

_PROGRAM = """
import sys
sys.path.append(sys.argv[1])
from aiev.store.writing.statement_process import serve
serve(sys.argv[2], float(sys.argv[3]), sys.argv[4])
"""
_LENGTH = struct.Struct("<Q")
_KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""What of the environment Python itself may need to start."""


class ProcessDiedError(Exception):
    """The process is gone; whether its last commands were committed is not known."""


class RefusedError(Exception):
    """SQLite refused a statement; nothing of its transaction was kept."""

    def __init__(self, text: str, *, lasting: bool) -> None:
        super().__init__(text)
        self.lasting = lasting
        """Whether the file, not a statement, is at fault."""


class StatementProcess:
    """The process and the way to it. Not safe for use by several threads."""

    def __init__(self, path: Path, busy_seconds: float, *, full_sync: bool) -> None:
        """Start it.

        Args:
            path: a database in WAL mode with its schema in place.
            busy_seconds: how long a transaction waits for another process that holds the file.
            full_sync: every commit survives a power cut too.

        Raises:
            OSError: it cannot be started.
        """
        import subprocess

        root = Path(__file__).absolute().parents[3]  # where the package lies
        synchronous = "full" if full_sync else "normal"
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", "-c", _PROGRAM, str(root), str(path), str(busy_seconds), synchronous],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            start_new_session=True,  # Ctrl-C is for the one that started it
        )

    def run(self, commands: Iterable[Rows]) -> None:
        """Run commands in one transaction, merged.

        Raises:
            ValueError: a value is none that can be handed over.
            RefusedError: they were not run.
            ProcessDiedError: the process is gone.
        """
        asked = _packed(commands)
        try:
            _send(self._process.stdin, asked)  # type: ignore[arg-type]
            answer = _receive(self._process.stdout)  # type: ignore[arg-type]
        except OSError as error:
            raise ProcessDiedError(str(error)) from None
        if answer is None:
            raise ProcessDiedError(f"it ended with {self._process.wait()}")
        text, lasting = marshal.loads(answer)  # noqa: S302 - written by this very file
        if text:
            raise RefusedError(text, lasting=lasting)

    def close(self) -> None:
        """End it and wait for that."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        self._process.wait()


def is_lasting(error: Exception) -> bool:
    """Whether the file, not the statement, is at fault: full, locked, read-only, damaged, gone."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError


def _packed(commands: Iterable[Rows]) -> bytes:
    """Commands as one message: each statement once, and numbers in its places, since marshal takes plain types alone.

    Raises:
        ValueError: a value is none that can be handed over.
    """
    numbers: dict[Statement, int] = {}
    plain = [
        (owner, [(numbers.setdefault(statement, len(numbers)), values) for statement, values in changes])
        for owner, changes in commands
    ]
    return marshal.dumps((list(map(tuple, numbers)), plain))


def _unpacked(message: bytes) -> list[Rows]:
    """The commands of a message."""
    kinds, plain = marshal.loads(message)  # noqa: S302 - written by this very file
    statements = [Statement(*kind) for kind in kinds]
    return [Rows(owner, tuple((statements[number], values) for number, values in changes)) for owner, changes in plain]


def _send(pipe: BinaryIO, content: bytes) -> None:
    pipe.write(_LENGTH.pack(len(content)) + content)
    pipe.flush()


def _receive(pipe: BinaryIO) -> bytes | None:
    """One message; None when the other end is closed."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    content = pipe.read(length)
    return content if len(content) == length else None


def serve(path: str, busy_seconds: float, synchronous: str) -> None:
    """Be the process: run what comes in, until nobody is left to send anything."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # its end is that of the process that started it
    with closing(sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)) as connection:
        connection.execute("pragma foreign_keys = on")
        connection.execute(f"pragma synchronous = {synchronous}")
        while (asked := _receive(sys.stdin.buffer)) is not None:
            answer = _answered(connection, asked)
            with suppress(BrokenPipeError):
                _send(sys.stdout.buffer, marshal.dumps(answer))


def _answered(connection: sqlite3.Connection, asked: bytes) -> tuple[str, bool]:
    """Run what is asked in one transaction: the error in words, or nothing, and whether it is lasting."""
    try:
        commands = _unpacked(asked)
        connection.execute("begin immediate")
        run_rows(connection, commands)
        connection.execute("commit")
    except Exception as error:  # noqa: BLE001 - whatever it is, the other side decides
        with suppress(sqlite3.Error):
            connection.execute("rollback")
        return str(error) or type(error).__name__, is_lasting(error)
    return "", False
