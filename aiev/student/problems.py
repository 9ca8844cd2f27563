"""Problems that models are compared on: a question, and the tests that decide.

Invariant: `problems_hash` names a set of problems by everything that could change a verdict, in any order.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem."""

    id: str
    question: str
    tests: str
    language: str = "python"
    requirements: tuple[str, ...] = ()
    """Packages that program or tests need, PEP 508."""
    prefix: str = ""
    """Source before the program of a reply, such as a signature to complete."""
    asked_plainly: bool = False
    """Whether the question goes to the model as it is, without the programmer's prompt."""
    text: str = ""
    """What to look for in training data; empty takes the question."""
    solution: str = ""
    """Known solution, likewise; empty where there is none."""
    entry_point: str = ""
    """Name of the function, likewise; empty where it is unknown."""


def problems_hash(problems: Iterable[Problem]) -> str:
    """SHA-256 over a set of problems, in hex."""
    rows = [asdict(problem) | {"text": ""} for problem in sorted(problems, key=lambda problem: problem.id)]
    for row in rows:  # these three change no verdict
        del row["solution"], row["entry_point"]
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode(errors="surrogatepass")).hexdigest()
