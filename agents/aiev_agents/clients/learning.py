"""The shape that an endpoint takes, learnt from what it refuses and remembered while its client lives.

Invariants: a lesson is learnt and told once, however many requests were refused; a new shape is tried by one request,
for which the others wait `LEAD_SECONDS` at most, since a refusal comes at once and a reply may take minutes; no shape
is tried twice, so learning ends. A refused request was not answered, so nothing is paid twice.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from aiev_agents.clients.refusals import lesson_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiev_agents.clients.body import Shape
    from aiev_agents.clients.refusals import Refusal

LEAD_SECONDS = 0.5
"""How long one request goes ahead of all others."""
_log = logging.getLogger("aiev_agents")


class Learning:
    """The shape of one endpoint's bodies. Changed on the event loop alone."""

    def __init__(self, shape: Shape, where: str) -> None:
        self.shape = shape
        self._where = where
        self._tried = [shape]
        self._settled = False
        """Whether a body of this shape had an answer that taught nothing."""
        self._ahead: asyncio.Event | None = None
        """Set when the request that tries the shape has its answer; None while nobody tries it."""

    async def turn(self) -> Shape:
        """The shape to send, after a wait for whoever tries it; the caller may be the one to try."""
        while not self._settled and (ahead := self._ahead):
            try:
                async with asyncio.timeout(LEAD_SECONDS):
                    await ahead.wait()
            except TimeoutError:
                return self.shape
        if not self._settled:
            self._ahead = asyncio.Event()
        return self.shape

    def ended(self, shape: Shape) -> None:
        """A body of this shape was answered, or failed in a way that says nothing about it: the others may go on."""
        if shape is self.shape:
            self._settled = True
            self._let_go()

    def learns(self, refusal: Refusal, shape: Shape, body: Mapping[str, Any]) -> bool:
        """Whether a refused body may be sent again in another shape, which is `self.shape` from now on."""
        if shape is not self.shape:  # another request learnt it meanwhile
            return True
        lesson = lesson_of(refusal, shape, body)
        if lesson is None or lesson.shape in self._tried:
            return False
        self.shape, self._settled = lesson.shape, False
        self._tried.append(lesson.shape)
        self._let_go()
        said = f"from now on {lesson.words}; it said: {refusal.said} (to say so yourself: {lesson.setting})"
        _log.warning("shape", extra={"fields": {"message": f"{self._where}: {said}"}})
        return True

    def _let_go(self) -> None:
        if self._ahead is not None:
            self._ahead.set()
            self._ahead = None
