"""Programs and tests for one problem, each written from the problem alone, at a high temperature."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiev.store.preference_records import GenerationRecord
from aiev_agents.errors import ReplyError
from aiev_agents.roles import programmer, questioner
from aiev_agents.roles.reply import code_of, parse_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiev.preference.settings import PreferSettings
    from aiev.store.preference_records import UnitRecord
    from aiev_agents.roles.agent import Agent, Turn

PROGRAM, TESTS = "program", "tests"
"""Kinds of generations."""
_FEWEST = 2
"""Different programs that can be compared."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was written for a problem."""

    programs: tuple[GenerationRecord, ...]
    installs: tuple[str, ...]
    """Of each program, its install lines."""
    tests: tuple[GenerationRecord, ...]

    @property
    def generations(self) -> tuple[GenerationRecord, ...]:
        """Programs and tests."""
        return self.programs + self.tests


@dataclass(frozen=True, slots=True)
class Sampler:
    """Asks for programs and tests.

    Args:
        programmer: writes programs.
        questioner: writes tests.
        settings: how many of each, and their decoding.
        language: of both.
        seed: the decoding seed of a request, by its purpose and number.
    """

    programmer: Agent
    questioner: Agent
    settings: PreferSettings
    language: str
    seed: Callable[[str, int], int]

    async def program(self, problem: str, number: int) -> Turn:
        """A program. Raises what `Agent.say` raises."""
        agent, seed = self._hot(self.programmer), self.seed("prefer/program", number)
        return await programmer.alternative(agent, problem=problem, seed=seed, language=self.language)

    async def sample(self, problem: str) -> Sample:
        """All programs and tests of a problem. Raises what `Agent.say` raises."""
        examiner, many = self._hot(self.questioner), self.settings.programs
        turns = await asyncio.gather(
            *(self.program(problem, number) for number in range(many)),
            *(
                questioner.examine(
                    examiner, problem=problem, seed=self.seed("prefer/tests", number), language=self.language
                )
                for number in range(self.settings.tests)
            ),
        )
        whole = [turn for turn in turns[:many] if not turn.cut]
        return sampled(
            [(turn.text, _provenance(turn)) for turn in whole],
            [(code_of(turn.text, self.language), _provenance(turn)) for turn in turns[many:] if not turn.cut],
            self.language,
        )

    def _hot(self, agent: Agent) -> Agent:
        settings = self.settings
        sampling = agent.sampling._replace(temperature=settings.temperature, max_tokens=settings.max_tokens)
        return replace(agent, sampling=sampling)


def sampled(
    replies: Sequence[tuple[str, dict[str, object]]], suites: Sequence[tuple[str, dict[str, object]]], language: str
) -> Sample:
    """What replies and suites hold, each with its provenance; one without code is left out.

    Args:
        replies: that hold a program.
        suites: test code.
        language: of all.
    """
    found = [(reply, about) for text, about in replies if (reply := _parsed(text, language))]
    tests = [(text, about) for text, about in suites if text.strip()]
    return Sample(
        tuple(_record(PROGRAM, place, reply[0], about) for place, (reply, about) in enumerate(found)),
        tuple(reply[1] for reply, _ in found),
        tuple(_record(TESTS, place, text, about) for place, (text, about) in enumerate(tests)),
    )


def nothing_to_judge(sample: Sample, units: Sequence[UnitRecord]) -> str:
    """Why programs and units cannot judge each other; empty where they can."""
    if len({one.text for one in sample.programs}) < _FEWEST:
        return "fewer than two programs"
    return "" if units else "no test unit"


def _parsed(text: str, language: str) -> tuple[str, str] | None:
    """Program and install lines of a reply; None without a program."""
    try:
        reply = parse_reply(text, language)
    except ReplyError:
        return None
    return reply.program, reply.install


def _provenance(turn: Turn) -> dict[str, object]:
    return {
        "model": turn.reply.model or turn.request.model,
        "decoding": dict(turn.request.canonical()["sampling"]),
        "request_hash": turn.request.hash,
    }


def _record(kind: str, position: int, text: str, about: dict[str, object]) -> GenerationRecord:
    return GenerationRecord(kind, position, text=text, **about)  # type: ignore[arg-type] # names are the record's
