"""The result of one execution, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.view.safe import safe

if TYPE_CHECKING:
    from aiev_interpreter.protocol import ExecutionResult


def execution_text(result: ExecutionResult) -> str:
    """Verdict, cost and output of an execution."""
    head = (
        f"{result.verdict}: {result.detail} ({result.backend}, {result.wall_seconds:.2f} s, "
        f"{result.peak_memory_bytes / 1e6:.0f} MB)"
    )
    return "\n".join(part for part in (head, safe(result.stdout.rstrip()), safe(result.stderr.rstrip())) if part)
