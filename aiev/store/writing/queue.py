"""Commands on their way to the writer thread, and those who wait for them.

Invariants: commands are numbered from 1 in the order in which they are taken and ended; at most so many are queued, and
whoever waits for room is woken; whoever waits for a command is told once, after it has ended; the error of a command
goes to its own caller alone, and is kept in `late` where there is none; nothing is queued once it is closed, and what
was queued before is still taken. Safe for several event loops and one taker. Knows nothing of what commands do.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from aiev.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiev.store.writing.statements import Command

Future = asyncio.Future[None]
GATHER_SECONDS = 0.001
"""How long a command waits for others, also one that nobody waits for, since it may hold a paid reply: each commit has
a price of its own, and so has each time that the writer thread takes the interpreter's lock from an event loop."""


class _Waiter(NamedTuple):
    """Somebody who waits until the command of a number has ended."""

    number: int
    done: Future
    own: bool
    """Whether the command is its own, so that it is told the error."""


class CommandQueue:
    """A bounded queue between event loops and one thread."""

    def __init__(self, path: Path, size: int) -> None:
        """Make one.

        Args:
            path: the file that is written to, for messages.
            size: commands that are queued, at most.
        """
        self._path = path
        self._size = size
        self._changed = threading.Condition()
        self._commands: list[Command] = []
        self._waiters: list[_Waiter] = []
        self._for_room: list[Future] = []
        self._closed = False
        self.queued = 0
        """The number of the last command that was queued."""
        self.ended = 0
        """The number of the last one that has ended."""
        self.late = ""
        """The first error of a command that nobody waited for."""

    def __len__(self) -> int:
        return len(self._commands)

    def offer(self, command: Command, done: Future | None = None) -> Future | None:
        """Queue a command, and tell `done` when it has ended; or return what to await before offering it again.

        Raises:
            StoreError: the queue is closed.
        """
        with self._changed:
            if self._closed:
                raise StoreError(f"the store {self._path} is closed")
            if len(self._commands) >= self._size:
                room = asyncio.get_running_loop().create_future()
                self._for_room.append(room)
                return room
            self._commands.append(command)
            self.queued += 1
            if done is not None:
                self._waiters.append(_Waiter(self.queued, done, own=True))
            if len(self._commands) == 1:
                self._changed.notify()
        return None

    def ending(self, number: int) -> Future | None:
        """What to await until all commands up to a number have ended, of those queued by now; None if they have."""
        with self._changed:
            number = min(number, self.queued)
            if self.ended >= number:
                return None
            done = asyncio.get_running_loop().create_future()
            self._waiters.append(_Waiter(number, done, own=False))
            return done

    def take(self, most: int, seconds: float | None = None) -> list[Command]:
        """Wait for commands, and a moment for those that come with them.

        Args:
            most: so many at most.
            seconds: how long to wait for the first; None for ever.

        Returns:
            Commands, or none when the time is over or the queue is closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._commands or self._closed, seconds)
        if 0 < len(self._commands) < min(most, self._size) and not self._closed:
            time.sleep(GATHER_SECONDS)
        with self._changed:
            taken = self._commands[:most]
            del self._commands[:most]
            rooms, self._for_room = self._for_room, []
        _tell([(room, "") for room in rooms])
        return taken

    @property
    def is_over(self) -> bool:
        """Whether it is closed and nothing is left to take."""
        return self._closed and not self._commands

    def waiting(self) -> list[Command]:
        """What is queued and not taken, which stays so."""
        with self._changed:
            return list(self._commands)

    def end(self, errors: Sequence[str]) -> None:
        """Say how the next commands of those taken have ended, and tell those who wait for them.

        Args:
            errors: one for each command, in their order; empty where it was committed.
        """
        with self._changed:
            first, last = self.ended + 1, self.ended + len(errors)
            ready = [waiter for waiter in self._waiters if waiter.number <= last]
            self._waiters = [waiter for waiter in self._waiters if waiter.number > last]
            told = {waiter.number for waiter in ready if waiter.own}
            unheard = (error for number, error in enumerate(errors, first) if error and number not in told)
            self.late = self.late or next(unheard, "")
            self.ended = last  # after `late`: whoever sees the one looks at the other
        _tell([(waiter.done, errors[waiter.number - first] if waiter.own else "") for waiter in ready])

    def close(self) -> None:
        """Take no more commands. May be called twice."""
        with self._changed:
            self._closed = True
            self._changed.notify()


def _tell(answers: Sequence[tuple[Future, str]]) -> None:
    """Give everybody who waits an error or none, with one wake-up for each event loop: each is a system call."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Future, str]]] = {}
    for answer in answers:
        by_loop.setdefault(answer[0].get_loop(), []).append(answer)
    for loop, its in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            loop.call_soon_threadsafe(_resolve, its)


def _resolve(answers: Sequence[tuple[Future, str]]) -> None:
    for done, error in answers:
        if done.done():
            continue  # its caller was cancelled
        if error:
            done.set_exception(StoreError(error))
        else:
            done.set_result(None)
