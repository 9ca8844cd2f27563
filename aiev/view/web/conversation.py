"""One conversation for its template: messages with executions and repairs, evidence, seed, provenance and figures.

Invariant: every text of models, programs and seeds passes through `rendering` or `safe`; what a file lacks is shown as
absent.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiev.store.error_class import error_class
from aiev.store.reading.evidence import EvidenceReader
from aiev.store.reading.runs import RunReader
from aiev.view.evidence import TEST_COLUMNS, evidence_words
from aiev.view.safe import safe
from aiev.view.web.rendering import code, cut, repair, reply_parts

if TYPE_CHECKING:
    from aiev.store.reading.conversations import ConversationReader
    from aiev.store.records import ConversationRecord, ExecutionRecord, MessageRecord, RequestRecord

_WHO = {
    "user": "Questioner", "assistant": "Programmer", "interpreter": "Interpreter", "system": "System",
    "arbiter": "Arbiter",
}  # fmt: skip
"""By role, and by agent where the role does not tell."""
_DAY = 19
"""Characters of a time without its fraction."""


def conversation_page(conversation: ConversationRecord, reader: ConversationReader) -> dict[str, Any]:
    """Everything about a conversation except its place in a list."""
    executions = {execution.round: execution for execution in reader.executions(conversation.id)}
    requests = {request.hash: request for request in reader.requests(conversation.id)}
    turns = [_turn(message, executions, requests) for message in conversation.messages]
    return {
        "id": conversation.id,
        "status": conversation.status,
        "reason": safe(conversation.reason),
        "rounds": conversation.rounds,
        "title": safe(conversation.problem).strip().split("\n")[0][:160] or conversation.id,
        "turns": turns,
        "running": conversation.status == "running",
        "evidence": _evidence(conversation, reader),
        "seed": _seed(conversation, reader),
        "provenance": _provenance(conversation, reader),
        "prompts": _prompts(conversation, requests),
        "figures": _figures(conversation, executions.values(), requests.values()),
        "labels": [asdict(label) | {"note": safe(label.note)} for label in reader.labels(conversation.id)],
    }


def _turn(
    message: MessageRecord, executions: dict[int, ExecutionRecord], requests: dict[str, RequestRecord]
) -> dict[str, Any]:
    execution = executions.get(message.round)
    previous = executions.get(message.round - 1)
    ran = execution if message.role == "interpreter" else None
    repaired = message.role == "assistant" and execution and previous and previous.program
    return {
        "position": message.position,
        "role": message.role,
        "who": _WHO.get(message.agent) or _WHO.get(message.role, message.role),
        "agent": safe(message.agent),
        "round": message.round,
        "train": message.train,
        "parts": reply_parts(message.content),
        "length": len(message.content),
        "execution": _execution(ran) if ran else None,
        "repair": repair(previous, execution) if repaired and previous and execution else None,
        "request": _request(requests.get(message.request_hash)),
    }


def _execution(execution: ExecutionRecord) -> dict[str, Any]:
    """The result of a round: pairs of name and value, and boxes to open."""
    facts = [
        ("exit code", "none" if execution.exit_code is None else str(execution.exit_code)),
        ("assertions that held", f"{execution.assertions:,}"),
        ("time", f"{execution.wall_seconds:.2f} s, {execution.cpu_seconds:.2f} s of processor"),
        ("memory", f"{execution.peak_memory_bytes / 2**20:.0f} MiB" if execution.peak_memory_bytes else "not measured"),
        ("packages", ", ".join(execution.requirements) or "none"),
        ("sandbox", f"{execution.backend}, {execution.image}"),
        ("detail", execution.detail),
    ]
    boxes = [
        ("solution", execution.program, True),
        ("tests", execution.tests, True),
        ("stdout" + (" (its middle was cut)" if execution.stdout_truncated else ""), execution.stdout, False),
        ("stderr" + (" (its middle was cut)" if execution.stderr_truncated else ""), execution.stderr, False),
        ("installer", execution.install_log, False),
    ]
    return {
        "verdict": execution.verdict,
        "error_class": error_class(execution.verdict, execution.stderr, execution.exit_code),
        "facts": [(name, safe(value)) for name, value in facts if value],
        "boxes": [(name, cut(text)) for name, text, _ in boxes if text],
    }


def _request(request: RequestRecord | None) -> dict[str, Any] | None:
    """The raw request and reply."""
    if request is None:
        return None
    sampling = request.request.get("sampling")
    settings = request.request | (sampling if isinstance(sampling, dict) else {})
    return {
        "purpose": safe(request.purpose),
        "answered_by": safe(request.answered_by or request.model),
        "finish_reason": safe(request.finish_reason),
        "prompt_tokens": request.prompt_tokens,
        "completion_tokens": request.completion_tokens,
        "seconds": request.seconds,
        "settings": [
            (safe(name), cut(str(value)))
            for name, value in settings.items()
            if not isinstance(value, list | dict) and value not in {"", None}
        ],
        "turns": [(safe(str(role)), cut(str(content))) for role, content in request.request.get("turns", [])],
        "thoughts": cut(request.reasoning),
        "reasoning_tokens": request.reasoning_tokens,
        "reply": cut(request.content),
    }


def _evidence(conversation: ConversationRecord, reader: ConversationReader) -> dict[str, Any] | None:
    """What shows that the program is right; None where nothing was gathered."""
    evidence = EvidenceReader(reader.db).evidence(conversation.id)
    if evidence is None:
        return None
    words = evidence_words(evidence)
    lists = [
        ("Why not verified", words.reasons),
        ("First tests that fail", words.failed),
        ("Arbiter", words.arbitrations),
        ("Changes of the program that no test notices", words.survivors),
    ]
    return {
        "status": words.status,
        "sentence": safe(words.sentence.removeprefix(f"{words.status}: ")),
        "figures": [(name, safe(value)) for name, value in words.figures],
        "counterexample": cut(words.counterexample),
        "lists": [(name, [cut(line) for line in lines]) for name, lines in lists if lines],
        "columns": TEST_COLUMNS,
        "tests": [[cut(cell) for cell in row] for row in words.tests],
    }


def _seed(conversation: ConversationRecord, reader: ConversationReader) -> dict[str, Any]:
    seed = reader.seed(conversation.seed_id)
    return {
        "id": seed.id,
        "name": safe(seed.name or seed.kind),
        "kind": seed.kind,
        "language": safe(seed.language),
        "source": safe(seed.source),
        "licence": safe(seed.licence or "unknown"),
        "split": reader.split(seed.id),
        "html": code(safe(seed.content), seed.language),
    }


def _provenance(conversation: ConversationRecord, reader: ConversationReader) -> list[tuple[str, str]]:
    run = RunReader(reader.db).run(conversation.run_id)
    pairs = [
        ("run", run.id),
        ("recipe", run.recipe),
        ("model", f"{run.model} ({run.backend})"),
        ("sandbox", run.interpreter),
        ("image", run.image),
        ("configuration", run.config_fingerprint),
        ("aiev", run.version),
        ("started", conversation.started_at[:_DAY].replace("T", " ")),
        ("ended", conversation.finished_at[:_DAY].replace("T", " ")),
    ]
    return [(name, safe(value)) for name, value in pairs if value]


def _prompts(conversation: ConversationRecord, requests: dict[str, RequestRecord]) -> list[tuple[str, str]]:
    """Purpose and template hash of each prompt, in the order of use."""
    used = {
        (requests[message.request_hash].purpose, message.prompt_hash): None
        for message in conversation.messages
        if message.request_hash in requests
    }
    return [(safe(purpose), safe(digest)) for purpose, digest in used]


def _figures(conversation: ConversationRecord, executions: Any, requests: Any) -> list[tuple[str, str]]:
    """Tokens, times and, where they are recorded, costs."""
    costs = [request.cost for request in requests if request.cost is not None]
    thoughts = sum(request.reasoning_tokens for request in requests)
    pairs = [
        ("tokens read", f"{conversation.prompt_tokens:,}"),
        ("tokens written", f"{conversation.completion_tokens:,}"),
        ("of them thoughts", f"{thoughts:,}" if thoughts else ""),
        ("model calls", f"{len(requests):,}"),
        ("waiting for the model", f"{sum(request.seconds for request in requests):.1f} s"),
        ("running programs", f"{sum(execution.wall_seconds for execution in executions):.1f} s"),
        ("in total", f"{conversation.seconds:.1f} s"),
        ("cost", f"{sum(costs):.4f} USD" if costs else "not recorded"),
    ]
    return [(name, value) for name, value in pairs if value]
