"""Several endpoints of one model behind one name: requests go to the least loaded, and one that dies costs nothing.

Each endpoint has a *circuit*: failures in a row open it, for a cool-down that doubles each time; then one request
probes it, and only its success lets others follow. Invariants: a request ends with a reply, or with an error that no
endpoint could help; what one endpoint rejects, but for its text, the others are asked; one that refuses its key gets no
more requests, and the pool refuses only when all do. Not covered: rates of a single endpoint (its client keeps them).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiev_agents.clients.retrying import LostTokens
from aiev_agents.errors import ModelError, ModelRefused, ModelUnavailable, RequestRejected, TextRejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.messages import ChatReply, ChatRequest

_LONGEST_PAUSE = 0.25
"""Between two looks for an endpoint that takes a request, in seconds."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """How long an endpoint gets no requests after failures."""

    failures: int = 3
    """In a row, until it opens."""
    cool_down_seconds: float = 1.0
    """The first time; doubled each time that the probe fails."""
    longest_seconds: float = 60.0


@dataclass(slots=True)
class EndpointFigures:
    """What one endpoint has done so far."""

    address: str
    state: str = ""
    """`open for requests`, `cooling down`, `probing`, or `refused`."""
    in_flight: int = 0
    answered: int = 0
    failed: int = 0
    """Calls that another endpoint, or a later try, made good."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    last_error: str = ""


class Member:
    """One endpoint with its counters and its circuit. Changed on the event loop alone."""

    def __init__(self, model: ChatModel, address: str, circuit: Circuit) -> None:
        self.model = model
        self.counted = EndpointFigures(address)
        self.refused = False
        self.closed_until = 0.0
        """Monotonic time before which it gets no request; 0 while it is well."""
        self._circuit = circuit
        self._failures = 0
        self._openings = 0
        self._probing = False

    def takes(self, now: float) -> bool:
        """Whether a request may go here: it is well, or has cooled down and no request probes it yet."""
        if self.refused or now < self.closed_until:
            return False
        return not (self.closed_until and self._probing)

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Send it a request, and count the outcome."""
        probe = self._probing = self.closed_until > 0
        self.counted.in_flight += 1
        try:
            reply = await self.model.chat(replace(request, model=self.model.name))
        except RequestRejected:
            self.counted.failed += 1
            raise
        except ModelError as error:
            self._fails(error, probe=probe)
            raise
        finally:
            self.counted.in_flight -= 1
            self._probing = self._probing and not probe
        self._answers(reply)
        return reply._replace(address=self.counted.address)

    def load(self) -> tuple[int, int]:
        """Requests in flight, then requests done: the least loaded member sorts first."""
        return self.counted.in_flight, self.counted.answered + self.counted.failed

    def figures(self) -> EndpointFigures:
        """The counters as they are now."""
        return replace(self.counted, state=self._state())

    def _state(self) -> str:
        if self.refused:
            return "refused"
        if not self.closed_until:
            return "open for requests"
        return "cooling down" if time.monotonic() < self.closed_until else "probing"

    def _answers(self, reply: ChatReply) -> None:
        self.counted.answered += 1
        self.counted.prompt_tokens += reply.prompt_tokens
        self.counted.completion_tokens += reply.completion_tokens
        self._failures = self._openings = 0
        self.closed_until = 0.0

    def _fails(self, error: ModelError, *, probe: bool) -> None:
        """Count a failure; open the circuit at the last one allowed, and for longer when it was a probe."""
        self.counted.failed += 1
        self.counted.last_error = str(error)
        self.refused = self.refused or isinstance(error, ModelRefused)
        self._failures += 1
        if probe or (not self.closed_until and self._failures >= self._circuit.failures):
            pause = self._circuit.cool_down_seconds * 2**self._openings
            self._openings += 1
            self._rest(min(pause, self._circuit.longest_seconds))
        if error.retry_after:
            self._rest(error.retry_after)

    def _rest(self, seconds: float) -> None:
        self.closed_until = max(self.closed_until, time.monotonic() + seconds)


class PooledChatModel:
    """Endpoints of one model as one `ChatModel`."""

    def __init__(
        self,
        name: str,
        models: Sequence[tuple[str, ChatModel]],
        *,
        retry_seconds: float = 120.0,
        circuit: Circuit | None = None,
    ) -> None:
        """Take over the models.

        Args:
            name: the model's name, as requests and the journal know it; an endpoint may have its own for it.
            models: address and client of each; a client should not retry, since the pool goes to the next endpoint.
            retry_seconds: budget for all tries of one request together; 0 tries each endpoint that is well once.
            circuit: how long an endpoint gets no requests after failures.
        """
        self.name = name
        self._retry_seconds = retry_seconds
        self._members = [Member(model, address, circuit or Circuit()) for address, model in models]

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Answer one request from the endpoint that has the fewest in flight; see `ChatModel.chat`."""
        lost = LostTokens()
        try:
            return lost.added_to(await self._ask(request, lost))
        except ModelError as error:
            lost.set_on(error)
            raise

    async def _ask(self, request: ChatRequest, lost: LostTokens) -> ChatReply:
        deadline = time.monotonic() + self._retry_seconds
        while True:
            tried: set[Member] = set()
            rejected: RequestRejected | None = None
            while member := self._next(tried):
                tried.add(member)
                try:
                    return await member.chat(request)
                except ModelError as error:
                    lost.count(error)
                    if isinstance(error, TextRejected) or (isinstance(error, RequestRejected) and error.answered):
                        raise
                    rejected = error if isinstance(error, RequestRejected) else rejected
            if rejected:
                raise rejected
            if all(member.refused for member in self._members):
                raise ModelRefused(self._accounts())
            if time.monotonic() >= deadline:
                raise ModelUnavailable(self._accounts())
            await self._pause(deadline)

    def figures(self) -> list[EndpointFigures]:
        """The counters of each endpoint, in the order of the configuration."""
        return [member.figures() for member in self._members]

    async def close(self) -> None:
        """Close all clients."""
        await asyncio.gather(*(member.model.close() for member in self._members))

    def _next(self, tried: set[Member]) -> Member | None:
        """The least loaded endpoint that takes requests and was not tried in this turn; of equals the least used."""
        now = time.monotonic()
        free = [member for member in self._members if member not in tried and member.takes(now)]
        return min(free, key=Member.load, default=None)

    async def _pause(self, deadline: float) -> None:
        """Wait until the next circuit lets a probe through, or the budget is used up."""
        now = time.monotonic()
        cooling = [member.closed_until - now for member in self._members if not member.refused]
        await asyncio.sleep(min([*(seconds for seconds in cooling if seconds > 0), deadline - now, _LONGEST_PAUSE]))

    def _accounts(self) -> str:
        """Why none of the endpoints could help, in one line."""
        each = "; ".join(f"{member.counted.address}: {member.counted.last_error or 'busy'}" for member in self._members)
        return f"none of the {len(self._members)} endpoints of {self.name!r} answers: {each}"
