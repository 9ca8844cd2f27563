"""One of several responses to an instruction, and what came of it in the sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev.alignment.checks import response_fault
from aiev_agents.errors import ReplyError
from aiev_agents.roles.reply import Reply, parse_reply
from aiev_interpreter.protocol import Verdict

if TYPE_CHECKING:
    from aiev_agents.roles.agent import Turn
    from aiev_interpreter.protocol import ExecutionResult, Job

MALFORMED = "malformed"
"""Verdict of a response that was not run, because its form is wrong."""


@dataclass(frozen=True, slots=True)
class Response:
    """A response as it was replied."""

    turn: Turn
    parsed: Reply | None
    """None when it has no program."""
    fault: str
    """What is wrong with its form; such a response does not run."""

    @classmethod
    def of(cls, turn: Turn, language: str) -> Response:
        """Take a reply apart and check its form."""
        cut = turn.cut
        try:
            parsed = parse_reply(turn.text, language)
        except ReplyError:
            return cls(turn, None, "cut at the limit" if cut else "no program")
        return cls(turn, parsed, response_fault(parsed, language, cut=cut))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A response with its result."""

    position: int
    """Among the responses to one instruction, from 0."""
    response: Response
    job: Job | None = None
    """None when it did not run."""
    result: ExecutionResult | None = None

    @property
    def verdict(self) -> str:
        """Verdict of its run, or `malformed`."""
        return str(self.result.verdict) if self.result else MALFORMED

    @property
    def passes(self) -> bool:
        """Whether its program passes its tests."""
        return self.verdict == Verdict.OK

    @property
    def detail(self) -> str:
        """Why it did not run, or what its result says."""
        return self.result.detail if self.result else self.response.fault
