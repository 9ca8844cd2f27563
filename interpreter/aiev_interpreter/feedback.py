"""Renders an execution result as the feedback that a model is shown.

Invariant: an `infra` result is never shown to a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev_interpreter.protocol import ExecutionResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

_REFUSED_SHOWN = 5
"""Refused parts of an install block that feedback names, at most."""

_HINTS = {
    Verdict.TIMEOUT: "The program did not end within the time limit.",
    Verdict.OOM: "The program used more memory than it is allowed.",
    Verdict.OUTPUT_LIMIT: "The program printed more than it is allowed.",
    Verdict.INSTALL_FAILED: "A package could not be installed.",
}


def render_feedback(result: ExecutionResult, *, refused: Sequence[str] = (), limit: int = 2000) -> str:
    """The feedback for a result: at most `limit` characters, and a mark where the middle was cut.

    Args:
        result: what came of the program.
        refused: what was not carried out of the reply's install block, with reasons. Left out when all tests passed.
        limit: characters.

    Raises:
        ValueError: the verdict is `infra`.
    """
    if result.verdict is Verdict.INFRA:
        raise ValueError("a failure of the sandbox is never shown to a model")
    if result.verdict is Verdict.OK:
        noun = "assertion" if result.assertions == 1 else "assertions"
        passed = f"All tests passed: {result.assertions} {noun} held."
        return f"{passed}\n{shortened(result.stdout.strip() or '(no output)', limit)}"
    parts = [*(f"Not installed: {line}" for line in refused[:_REFUSED_SHOWN])]
    parts += [_HINTS.get(result.verdict, ""), result.stderr.strip()]
    if not any(parts[-2:]):
        parts += [result.detail.capitalize() + "." if result.detail else "The program failed without a message."]
    if result.stdout.strip():
        parts += ["Output before the failure:", shortened(result.stdout.strip(), limit // 4)]
    return shortened("\n".join(part for part in parts if part), limit)


def shortened(text: str, limit: int) -> str:
    """The text with its middle cut to `limit` characters. More of the end is kept, since errors stand there."""
    if len(text) <= limit:
        return text
    head = limit // 4
    return f"{text[:head]}\n... [{len(text) - limit} characters cut] ...\n{text[head - limit :]}"
