"""What each table, view and column of the store means, in words for whoever opens the file with another tool.

`schema_doc.py` makes the document from it.
"""

from __future__ import annotations

_BLOB = "SHA-256 of {}; its text is in `blobs`."

TABLES = {
    "runs": "A recipe under one configuration.",
    "seeds": "A seed snippet, with where it comes from and its licence.",
    "conversations": "An item: what became of one seed in one run.",
    "messages": "What was said, in order.",
    "blobs": "A long text, kept once.",
    "executions": "A round: one program with its tests, and what came of it.",
    "requests": "The journal of paid replies; rows are never deleted or changed.",
    "splits": "Which seeds are for training and which for testing.",
    "labels": "What a person thinks of a conversation; of several rows the latest counts.",
    "packages": "A package that a round of a conversation asked for.",
    "executions_text": "View: `executions` with the texts in place of their hashes.",
    "dialogues": "View: one line for each conversation, with its seed, licence and model.",
    "messages_fts": "Full-text index over `messages.content` (FTS5); its `rowid` is `messages.id`.",
}

_CONVERSATION = {
    "id": "First 16 hex digits of the SHA-256 of run and seed.",
    "run_id": "Run that it belongs to.",
    "seed_id": "Seed that it began with.",
    "status": "`accepted`, `discarded` (no round passed), `failed` (came to no verdict) or `running`.",
    "reason": "Why it was discarded or failed; else empty.",
    "rounds": "Executions it took.",
    "problem": "The question as the questioner wrote it.",
    "program": "The last solution that ran.",
    "tests": "The last unit tests that ran.",
    "started_at": "UTC, ISO 8601.",
    "finished_at": "UTC, ISO 8601; empty while it is running.",
    "seconds": "From first to last step, waiting included.",
    "prompt_tokens": "Tokens read by the model, replayed replies included.",
    "completion_tokens": "Tokens written by the model, replayed replies included.",
    "language": "Programming language that its programs are in: the run's target language, or the seed's.",
}

_EXECUTION = {
    "conversation_id": "Conversation that it belongs to.",
    "round": "Number of the round, from 1.",
    "job_hash": "SHA-256 of the job and its image; the same in all conversations. Empty when no job ran.",
    "verdict": "`ok`, `error`, `no_tests`, `timeout`, `oom`, `output_limit`, `install_failed`, or `malformed` for a "
    "reply that held no runnable program.",
    "exit_code": "Of the program's process; null when it never ran or was killed from outside.",
    "assertions": "Assertions of the tests that were executed and held.",
    "program": _BLOB.format("the solution"),
    "tests": _BLOB.format("the unit tests"),
    "requirements": "Requested packages, a JSON list of PEP 508 strings.",
    "stdout": _BLOB.format("standard output"),
    "stderr": _BLOB.format("standard error"),
    "stdout_truncated": "1 where the middle of stdout was cut.",
    "stderr_truncated": "1 where the middle of stderr was cut.",
    "wall_seconds": "Time on the clock, without installing.",
    "cpu_seconds": "Processor time.",
    "peak_memory_bytes": "Most memory held at once.",
    "install_log": _BLOB.format("the installer's words"),
    "installed": "Installed packages, a JSON list of `name==version`.",
    "detail": "Why the verdict is what it is, in one line.",
    "backend": "Sandbox that ran it.",
    "image": "Image digest (Docker) or the host's Python (bubblewrap).",
    "error_class": "Class of the error that ended the round: `KeyError`, `E0308`, `panic`, or the verdict where there "
    "is no other name; empty when it passed.",
}

COLUMNS = {
    "runs": {
        "id": "Derived from recipe, configuration and prompts: the same ones go on with the same run.",
        "recipe": "Recipe that made it, such as `teach`.",
        "started_at": "First start, UTC, ISO 8601.",
        "config": "The merged configuration, JSON, without keys and credentials.",
        "config_fingerprint": "SHA-256 of what of the configuration decides the results.",
        "model": "Model that was asked for.",
        "backend": "How the model is reached.",
        "interpreter": "Sandbox.",
        "image": "Image digest (Docker) or the host's Python (bubblewrap).",
        "prompts": "SHA-256 of each prompt template, a JSON object.",
        "version": "Version of aiev at the first start.",
    },
    "seeds": {
        "id": "First 16 hex digits of the SHA-256 of kind, language and content.",
        "kind": "`function` (a documented function) or `snippet` (1 to 15 consecutive lines).",
        "language": "Programming language.",
        "name": "Name of the function; null for a snippet.",
        "content": "The snippet.",
        "source": "Path or JSONL field, with the line.",
        "licence": "SPDX expression; null when unknown.",
    },
    "conversations": _CONVERSATION,
    "messages": {
        "id": "Row number, for the full-text index.",
        "conversation_id": "Conversation that it belongs to.",
        "position": "Place in the conversation, from 0.",
        "role": "`system`, `user`, `assistant` or `interpreter`.",
        "content": "The text.",
        "train": "1 where the loss covers it when the dialogue becomes a training sample.",
        "agent": "Who wrote it: `questioner`, `programmer` or the sandbox's name.",
        "round": "Round it belongs to; 0 before the first.",
        "prompt_hash": "SHA-256 of the template it was asked for with; empty for the interpreter.",
        "request_hash": "Leads to the paid reply in `requests`; empty for the interpreter.",
    },
    "blobs": {"hash": "SHA-256 of the text, in hex.", "text": "The text."},
    "executions": _EXECUTION,
    "requests": {
        "hash": "SHA-256 of the canonical request.",
        "conversation_id": "Conversation that first asked.",
        "purpose": "Prompt it was rendered from, such as `programmer/solve`.",
        "model": "Model that was asked for.",
        "request": "The canonical request, JSON: turns, sampling, grammar.",
        "content": "The reply.",
        "answered_by": "Model that answered, in the endpoint's own words.",
        "finish_reason": "Why the reply ended, in the endpoint's own words.",
        "prompt_tokens": "Tokens read, as the endpoint counts.",
        "completion_tokens": "Tokens written, as the endpoint counts.",
        "seconds": "From sending to the last byte.",
    },
    "splits": {
        "seed_id": "Seed that it is about.",
        "split": "`train`, `test` or `held`.",
        "group_id": "Seeds of one group are on the same side.",
        "language": "Language of the seed.",
        "salt": "What was hashed with the seed.",
        "frozen_at": "UTC, ISO 8601.",
    },
    "labels": {
        "id": "Row number; of the rows of one conversation the largest counts.",
        "conversation_id": "Conversation that it is about.",
        "label": "`accept`, `reject` or `flag`.",
        "note": "Why, in the person's own words; may be empty.",
        "created_at": "UTC, ISO 8601.",
    },
    "packages": {
        "conversation_id": "Conversation that asked for it.",
        "package": "Normalized name (PEP 503).",
    },
    "executions_text": {
        "program": "The solution.",
        "tests": "The unit tests.",
        "stdout": "Standard output.",
        "stderr": "Standard error.",
    },
    "dialogues": {
        "seed": "Name of the seed's function; null for a snippet.",
        "source": "Where the seed comes from.",
        "licence": "Licence of the seed, SPDX; null when unknown.",
        "model": "Model that was asked for.",
    },
    "messages_fts": {"content": "The indexed text."},
}

VIEW_OF = {"executions_text": "executions", "dialogues": "conversations"}
"""Table that a view takes its other columns from."""


def meaning(table: str, column: str) -> str:
    """What a column means; a view's own words first, then those of its table. KeyError when nobody has said."""
    own = COLUMNS[table]
    return own[column] if column in own else COLUMNS[VIEW_OF[table]][column]
