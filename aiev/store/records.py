"""Rows of the store as typed values.

Each class is one table's row as the rest of the program sees it; how it is laid out in SQLite is the business of
`schema/` and `writing/` alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

LABELS = ("accept", "reject", "flag")
"""What a person may think of a conversation."""


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
    """`function` (documented), `snippet` (1 to 15 consecutive lines) or `problem` (a task in words)."""
    language: str
    content: str
    source: str
    """Path or JSONL field, with the line: `lib/heapq.py:132`."""
    licence: str | None
    name: str | None = None
    """Name of the function, when there is one."""
    repository: str = ""
    revision: str = ""
    """Commit that it was read at; empty outside of git."""
    blob: str = ""
    """Git's hash of the file that it stands in; empty outside of git."""
    evolved_from: str = ""
    """Id of the seed that it was made harder from; empty when it was found as it is."""
    heuristic: str = ""
    """What made it harder."""


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
    reasoning: str = ""
    """What the model thought before it said this."""


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
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    tries: int = 1
    """Calls that it took, those that failed included."""
    cost: float | None = None
    """US dollars; None when it is not known."""
    answered_at: str = ""
    reasoning: str = ""
    """What the model thought before it answered; not part of `content`."""


@dataclass(frozen=True, slots=True)
class StartRecord:
    """One start of a run. `outcome`: running, done, limit, interrupted or failed."""

    id: str
    run_id: str
    started_at: str
    ended_at: str = ""
    outcome: str = "running"
    reason: str = ""


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
    cost: float | None = None
    """US dollars; None when the price of any reply is not known."""
    messages: tuple[MessageRecord, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """What shows that the program of one dialogue is right. Counts are None where nothing was measured."""

    conversation_id: str
    status: str
    """`verified`, `unverified` or `contradicted`."""
    sentence: str
    """The evidence in one line, for people."""
    round: int
    """Round of the program."""
    mutants_killed: int | None = None
    mutants: int | None = None
    """Changed programs that ran; those that did not compile or are equal to the program are left out."""
    lines_run: int | None = None
    lines: int | None = None
    branches_run: int | None = None
    branches: int | None = None
    agreement: str = ""
    """`confirmed`, `contradicted` or `undetermined`; empty when no independent solution was asked for."""
    alternatives_agreeing: int = 0
    alternatives: int = 0
    """Independent solutions that ran."""
    suites_passed: int = 0
    suites: int = 0
    """Tests of independent suites that were taken for right, and of these the ones that the program passes."""
    tests_kept: int = 0
    tests_changed: int = 0
    tests_dropped: int = 0
    tests_added: int = 0
    stable: bool = True
    """Whether two runs gave the same values."""
    detail: dict[str, Any] = field(default_factory=dict)
    """`mutants` (each with its place and whether it was killed), `counterexample`, `problem`, `arbitrations`, and
    `reasons`: why it is not verified."""
    made_at: str = ""
    tests: tuple[EvidenceTest, ...] = ()

    @property
    def mutation_score(self) -> float | None:
        """Killed among all mutants, 0 to 1; None when none ran."""
        return (self.mutants_killed or 0) / self.mutants if self.mutants else None

    @property
    def agreement_share(self) -> float | None:
        """Agreeing among all independent solutions, 0 to 1; None when none ran."""
        return self.alternatives_agreeing / self.alternatives if self.alternatives else None


@dataclass(frozen=True, slots=True)
class EvidenceTest:
    """One test that programs were compared by."""

    position: int
    source: str
    origin: str
    """`own`, `problem` (an example in its text), `independent` or `fuzzed`."""
    fate: str
    """`kept`, `changed`, `dropped`, `added`, or why it counts for nothing: `duplicate`, `constant`, ..."""
    passed: int
    programs: int
    """Programs that it was run against, and how many of them passed."""
    score: float
    """How far it is trusted, 0 to 1."""


@dataclass(frozen=True, slots=True)
class HeartbeatRecord:
    """How far one start of a run is, by its own word. `state`: running, finished, stopped or failed."""

    run_id: str
    started_at: str
    host: str
    pid: int
    process: str
    """Tells the process from a later one with the same id."""
    state: str
    beat_at: str
    reason: str = ""
    progress: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeaseRecord:
    """Who is at work on something that one process at a time may do."""

    name: str
    """What is worked on, in words: `run 1a2b3c4d5e6f`."""
    holder: str
    """Unique to this taking of the lease."""
    process: str
    """Tells the process from all others, on any machine."""
    host: str
    pid: int
    since: str
    beat_at: str
    """When it was last written that the work goes on."""


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """Requests that went to a provider's batch API together. `id` is ours; `provider_id` comes with its answer."""

    id: str
    run_id: str
    base_url: str
    model: str
    created_at: str
    key_env: str
    """Name of the environment variable with the key."""
    status: str
    """`prepared` (on its way), the provider's own words, `collected`, or `failed` (it never went out)."""
    provider_id: str = ""
    input_file: str = ""
    requests: int = 0
    answered: int = 0
    failed: int = 0
    updated_at: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BatchRequestRecord:
    """One request of a batch. `status`: waiting, answered or failed."""

    batch_id: str
    hash: str
    conversation_id: str
    purpose: str
    request: dict[str, Any]
    status: str = "waiting"
    detail: str = ""


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


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """One row of `labels`."""

    conversation_id: str
    label: str
    note: str
    created_at: str
