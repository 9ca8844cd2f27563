"""Rows of the store as typed values.

Each class is one table's row as the rest of the program sees it; how it is laid out in SQLite is the business of
`migrations.py` and `writer.py` alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One `aiev teach` (or later recipe) over a set of seeds. `id` is derived from the config fingerprint."""

    id: str
    recipe: str
    started_at: str
    config: dict[str, Any]
    config_fingerprint: str
    model: str
    backend: str
    interpreter: str
    image: str
    prompts: dict[str, str]
    version: str


@dataclass(frozen=True, slots=True)
class SeedRecord:
    """A seed snippet. `id` is the SHA-256 (first 16 hex digits) of kind, language and content."""

    id: str
    kind: str
    """`function` (a documented function) or `snippet` (1 to 15 consecutive lines)."""
    language: str
    content: str
    source: str
    """Path or JSONL field, with the line: `lib/heapq.py:132`."""
    licence: str | None
    name: str | None = None
    """Name of the function, when there is one."""


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One message of a conversation. `position` counts from 0."""

    position: int
    role: str
    content: str
    train: bool
    agent: str = ""
    prompt_hash: str = ""
    request_hash: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """One round: the program and tests that ran and what came of it. `round` counts from 1."""

    round: int
    job_hash: str
    program: str
    tests: str
    requirements: tuple[str, ...]
    verdict: str
    exit_code: int | None
    stdout: str
    stderr: str
    stdout_truncated: bool
    stderr_truncated: bool
    assertions: int
    wall_seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    install_log: str
    installed: tuple[str, ...]
    detail: str
    backend: str
    image: str


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One paid model call: the journal's row. `hash` names the canonical request."""

    hash: str
    conversation_id: str
    purpose: str
    """`questioner/ask`, `programmer/solve`, ..."""
    model: str
    request: dict[str, Any]
    content: str
    answered_by: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """The end of one item. `status`: running, accepted, discarded or failed."""

    id: str
    run_id: str
    seed_id: str
    status: str
    reason: str = ""
    rounds: int = 0
    problem: str = ""
    program: str = ""
    tests: str = ""
    started_at: str = ""
    finished_at: str = ""
    seconds: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    messages: tuple[MessageRecord, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class SplitRecord:
    """Where a seed went when the split was frozen."""

    seed_id: str
    split: str
    """`train`, `test` or `held` (near to both, so in neither)."""
    group_id: str
    """Shared by near-duplicates."""
    language: str
    salt: str
    frozen_at: str
