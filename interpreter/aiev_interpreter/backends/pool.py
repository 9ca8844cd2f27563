"""A pool of ready sandboxes. Each conversation keeps one sandbox from its first program to its last.

Invariants: a sandbox never runs programs of two conversations; a job without an owner gets a fresh sandbox that is
closed after it; a sandbox that is not clean is closed and never reused. Not covered: how a sandbox is made, see
`docker.py` and `bubblewrap.py`.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from aiev_interpreter.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable

MAKERS = 2
"""Sandboxes that are made or closed in the background at the same time."""
STARTING = 4
"""Sandboxes that start at the same time. More would slow down the running programs."""
WARM_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Sizes:
    """The limits that a sandbox is made with. It serves only jobs of the same sizes."""

    memory_bytes: int
    disk_bytes: int
    processes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A sandbox's answer to one request."""

    document: dict[str, Any] | None
    """The supervisor's document; None when the sandbox reached its outer deadline or its memory limit first."""
    oom: bool = False
    """Whether the memory limit was seen from outside."""


class Sandbox(Protocol):
    """One running sandbox. Used by one thread at a time."""

    def ask(self, request: dict[str, Any], seconds: float) -> Answer:
        """Send a request and wait for its answer.

        Raises:
            SandboxError: the sandbox failed.
        """
        ...

    def close(self) -> None:
        """End the sandbox and everything in it. May be called twice."""
        ...


class Pool:
    """Hands out sandboxes and makes new ones in advance.

    Args:
        make: makes and starts one sandbox.
        ready: how many are kept ready for new conversations.
        kept: conversations whose sandbox is kept between their programs; beyond that, the least recently used is
            closed.
        warm: the first request to each new sandbox.
    """

    def __init__(
        self, make: Callable[[Sizes], Sandbox], *, ready: int, kept: int, warm: dict[str, Any] | None = None
    ) -> None:
        self._make, self._ready, self._kept, self._warm = make, ready, kept, warm
        self._lock = threading.Lock()
        self._fresh: deque[Sandbox] = deque()
        self._sizes: Sizes | None = None
        self._owned: OrderedDict[str, tuple[Sizes, Sandbox]] = OrderedDict()
        self._starting = threading.BoundedSemaphore(STARTING)
        self._coming = 0
        self._closed = False
        self._makers = ThreadPoolExecutor(MAKERS, thread_name_prefix="aiev-pool")

    def take(self, owner: str, sizes: Sizes) -> Sandbox:
        """The owner's sandbox, else a fresh one, which is made now if none is ready.

        Raises:
            SandboxError: no sandbox could be made.
        """
        with self._lock:
            held = self._owned.pop(owner, None)
            if held and held[0] == sizes:
                return held[1]
            unfit = [held[1]] if held else []
            if sizes != self._sizes:
                unfit += self._fresh
                self._fresh.clear()
                self._sizes = sizes
            fresh = self._fresh.popleft() if self._fresh else None
        for sandbox in unfit:
            self._close_later(sandbox)
        self._refill()
        return fresh or self._made(sizes)

    def give_back(self, owner: str, sizes: Sizes, sandbox: Sandbox, *, clean: bool) -> None:
        """Keep a sandbox for its owner, or close it if it has no owner, is not clean, or the pool is full."""
        out: list[Sandbox] = []
        with self._lock:
            if owner and clean and not self._closed and owner not in self._owned:
                self._owned[owner] = sizes, sandbox
                while len(self._owned) > self._kept:
                    out.append(self._owned.popitem(last=False)[1][1])
            else:
                out.append(sandbox)
        for one in out:
            self._close_later(one)

    def release(self, owner: str) -> None:
        """Close the sandbox of a conversation that is over."""
        with self._lock:
            held = self._owned.pop(owner, None)
        if held:
            self._close_later(held[1])

    def distrust(self) -> None:
        """Close every idle sandbox: after a failure, the daemon behind them may be gone."""
        with self._lock:
            stale = [*self._fresh, *(sandbox for _, sandbox in self._owned.values())]
            self._fresh.clear()
            self._owned.clear()
        for sandbox in stale:
            self._close_later(sandbox)

    def close(self) -> None:
        """Close every sandbox. May be called twice."""
        self._closed = True
        self.distrust()
        self._makers.shutdown(wait=True)
        self.distrust()

    def _made(self, sizes: Sizes) -> Sandbox:
        with self._starting:
            sandbox = self._make(sizes)
            try:
                if self._warm is not None:
                    sandbox.ask(self._warm, WARM_SECONDS)
            except BaseException:
                sandbox.close()
                raise
        return sandbox

    def _refill(self) -> None:
        with self._lock:
            missing = self._ready - len(self._fresh) - self._coming
            if self._closed or missing <= 0:
                return
            self._coming += missing
        for _ in range(missing):
            self._makers.submit(self._make_ahead)

    def _make_ahead(self) -> None:
        """Make one in advance. A failure is reported when a job needs a sandbox."""
        made, sizes = None, self._sizes
        try:
            if sizes and not self._closed:
                with contextlib.suppress(SandboxError):
                    made = self._made(sizes)
        finally:
            with self._lock:
                self._coming -= 1
                wanted = made is not None and sizes == self._sizes and not self._closed
                if made is not None and wanted:
                    self._fresh.append(made)
        if made is not None and not wanted:
            made.close()

    def _close_later(self, sandbox: Sandbox) -> None:
        try:
            self._makers.submit(sandbox.close)
        except RuntimeError:  # the makers have been shut down
            sandbox.close()
