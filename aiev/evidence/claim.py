"""A program that has passed its tests, and is to be shown right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev_agents.languages import PYTHON

if TYPE_CHECKING:
    from aiev.evidence.contract import Contract


@dataclass(frozen=True, slots=True)
class Claim:
    """That a program does what a problem asks."""

    problem: str
    program: str
    tests: str
    contract: Contract
    round: int
    language: str = PYTHON
    requirements: tuple[str, ...] = ()
