"""Asks for what is written from the problem alone: further solutions, further tests, and the arbiter's answers.

Invariant: no request shows a model the program, its output, its tests, or a value that anybody expects.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiev_agents.roles import arbiter, programmer, questioner
from aiev_agents.roles.reply import code_of, program_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiev.evidence.settings import AcceptSettings
    from aiev_agents.roles.agent import Agent
    from aiev_agents.roles.arbiter import Answer


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What was written from the problem alone so far, as it was replied."""

    solutions: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()

    def programs(self, language: str) -> tuple[str, ...]:
        """The programs of the solutions; a reply without one is left out."""
        return tuple(program for text in self.solutions if (program := program_of(text, language)))

    def tests(self, language: str) -> tuple[str, ...]:
        """The tests of the suites, likewise."""
        return tuple(tests for text in self.suites if (tests := code_of(text, language)))

    @property
    def repeat(self) -> bool:
        """Whether a model that ignores decoding seeds has written all of it: nothing differs by a letter."""
        many = len(self.solutions) > 1 and len(self.suites) > 1
        return many and len(set(self.solutions)) == len(set(self.suites)) == 1


class Hearing:
    """Hears witnesses and arbiters about one problem.

    Args:
        programmer: writes solutions.
        questioner: writes tests, and arbitrates.
        problem: its text.
        language: of solutions and tests.
        settings: how many of each, and their decoding settings.
        seed: the decoding seed of a request, by its purpose and number.
    """

    def __init__(
        self,
        *,
        programmer: Agent,
        questioner: Agent,
        problem: str,
        language: str,
        settings: AcceptSettings,
        seed: Callable[[str, int], int],
    ) -> None:
        self._programmer = _sampled(programmer, settings, settings.max_tokens)
        self._examiner = _sampled(questioner, settings, settings.max_tokens)
        self._arbiter = _sampled(questioner, settings, arbiter.MAX_TOKENS)
        self._problem, self._language, self._settings, self._seed = problem, language, settings, seed

    async def witnesses(self, known: Witnesses, solutions: int, suites: int) -> Witnesses:
        """What is known, and what is missing to so many solutions and suites. Raises what `Agent.say` raises."""
        solve = [
            programmer.alternative(
                self._programmer,
                problem=self._problem,
                seed=self._seed("alternative", number),
                language=self._language,
            )
            for number in range(len(known.solutions), solutions)
        ]
        examine = [
            questioner.examine(
                self._examiner,
                problem=self._problem,
                seed=self._seed("examine", number),
                language=self._language,
            )
            for number in range(len(known.suites), suites)
        ]
        texts = ["" if turn.cut else turn.text for turn in await asyncio.gather(*solve, *examine)]
        return Witnesses(known.solutions + tuple(texts[: len(solve)]), known.suites + tuple(texts[len(solve) :]))

    async def answers(self, call: str) -> list[Answer]:
        """What a quorum of arbiters says about a call. Raises what `Agent.say` raises."""
        asked = [
            arbiter.arbitrate(
                self._arbiter,
                problem=self._problem,
                call=call,
                seed=self._seed(f"arbitrate/{call}", vote),
                language=self._language,
            )
            for vote in range(self._settings.quorum)
        ]
        return list(await asyncio.gather(*asked))


def _sampled(agent: Agent, settings: AcceptSettings, max_tokens: int) -> Agent:
    sampling = agent.sampling._replace(temperature=settings.temperature, max_tokens=max_tokens)
    return replace(agent, sampling=sampling)
