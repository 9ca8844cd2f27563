"""Runs programs against test units: one sandbox for each program, a fork for each unit.

Invariants: programs that differ in layout alone run once; where a sandbox fails, the cells are missing. Not covered:
what the outcome means (`judgement.py`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiev.evidence.program_tokens import program_tokens
from aiev.evidence.running import run_matrix
from aiev.preference.outcomes import Outcomes
from aiev_interpreter.matrix import Matrix
from aiev_interpreter.packages.installation import install_plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.preference.sample import Sample
    from aiev_interpreter.limits import Limits
    from aiev_interpreter.protocol import Interpreter
    from aiev_interpreter.settings import InstallSettings


async def crossed(
    interpreter: Interpreter,
    sample: Sample,
    units: Sequence[str],
    language: str,
    *,
    limits: Limits,
    install: InstallSettings,
    seconds: float,
) -> Outcomes:
    """Run every program against every unit.

    Args:
        interpreter: runs them.
        sample: the programs.
        units: texts of the test units.
        language: of both.
        limits: of one cell.
        install: which packages a program may have.
        seconds: wall clock for all cells of a program.
    """
    matrices = [
        Matrix(
            programs=(program.text,),
            suites=tuple(units),
            language=language,
            requirements=install_plan(lines, language, install).requirements,
            limits=limits,
            seconds=seconds,
        )
        for program, lines in zip(sample.programs, sample.installs, strict=True)
    ]
    keys = [(program_tokens(one.programs[0], language), one.requirements) for one in matrices]
    distinct = dict(zip(keys, matrices, strict=True))
    results = await asyncio.gather(*(run_matrix(interpreter, one) for one in distinct.values()))
    known = dict(zip(distinct, results, strict=True))
    return Outcomes.of([known[key] for key in keys], len(units))
