"""Rows of preference pairs as typed values. Programs, tests and units are named by their numbers, from 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class GenerationRecord:
    """A program or a set of tests that was sampled for a problem."""

    kind: str
    """`program` or `tests`."""
    position: int
    """Among those of its kind."""
    model: str
    decoding: dict[str, Any]
    """Temperature and the like."""
    request_hash: str
    """Leads to the reply in `requests`."""
    text: str


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """A test unit."""

    position: int
    tests: int
    """Which tests it was taken from."""
    source: str
    set_apart: str = ""
    """Why it judges nothing; else empty."""
    mutation_score: float | None = None
    weight: float | None = None
    """By the scorer that chose the pairs; None for a unit that is set apart."""


@dataclass(frozen=True, slots=True)
class CellRecord:
    """A program that was run against a unit."""

    program: int
    unit: int
    verdict: str
    cpu_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class ScoreRecord:
    """What a scorer says of a program."""

    scorer: str
    parameters: dict[str, Any]
    program: int
    score: float


@dataclass(frozen=True, slots=True)
class PairRecord:
    """Two programs, one of them better."""

    position: int
    kind: str
    """`correctness` or `efficiency`."""
    chosen: int
    rejected: int
    gap: float
    rule: str


@dataclass(frozen=True, slots=True)
class MatrixRecord:
    """All that is known of the programs and tests of one problem."""

    conversation_id: str
    generations: tuple[GenerationRecord, ...] = ()
    units: tuple[UnitRecord, ...] = ()
    cells: tuple[CellRecord, ...] = ()
    scores: tuple[ScoreRecord, ...] = ()
    pairs: tuple[PairRecord, ...] = ()
