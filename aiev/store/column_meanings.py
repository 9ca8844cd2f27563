"""What each table, view and column of the store means, in words for whoever opens the file with another tool.

`schema_doc.py` makes the document from it.
"""

from __future__ import annotations

_BLOB = "SHA-256 of {}; its text is in `blobs`."

TABLES = {
    "runs": "A recipe under one configuration.",
    "seeds": "A seed snippet, with where it comes from and its licence.",
    "conversations": "An item: what became of one seed in one run.",
    "starts": "One start of a run: when it began, and how and why it ended.",
    "messages": "What was said, in order.",
    "blobs": "A long text, kept once.",
    "executions": "A round: one program with its tests, and what came of it.",
    "requests": "The journal of paid replies; rows are never deleted or changed.",
    "heartbeats": "How far each start of a run is, written by it every second or so; `aiev status` reads it.",
    "batches": "Requests sent to a provider's batch API together.",
    "batch_requests": "The requests of each batch.",
    "packages": "A package that a round of a conversation asked for.",
    "executions_text": "View: `executions` with the texts in place of their hashes.",
    "dialogues": "View: one line for each conversation, with its seed, licence and model.",
    "splits": "Which seeds are for training and which for testing; a row never changes.",
    "labels": "What people think of conversations; of several labels of one conversation the newest counts.",
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
    "cost": "US dollars for its replies, replayed ones included; null when any of them has no known price.",
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
        "kind": "`function` (documented), `snippet` (1 to 15 consecutive lines) or `problem` (a task in words).",
        "language": "Programming language.",
        "name": "Name of the function; null for a snippet.",
        "content": "The snippet.",
        "source": "Path or JSONL field, with the line.",
        "licence": "SPDX expression; null when unknown.",
        "repository": "Repository that it was read from; empty outside of git.",
        "revision": "Commit that it was read at; empty outside of git.",
        "blob": "Git's hash of the content of its file; empty outside of git.",
        "evolved_from": "Seed that it was made harder from; empty when it was found as it is.",
        "heuristic": "What made it harder: `constrain`, `specialise`, `deepen`, `mislead` or `complexity`; else empty.",
    },
    "conversations": _CONVERSATION,
    "starts": {
        "id": "First 16 hex digits of a SHA-256 of run, process and time.",
        "run_id": "Run that it belongs to.",
        "started_at": "UTC, ISO 8601.",
        "ended_at": "UTC, ISO 8601; empty while it is running, and for good when it was killed.",
        "outcome": "`running`, `done` (nothing was left), `limit`, `interrupted` or `failed`.",
        "reason": "The limit that was reached, or what failed; else empty.",
    },
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
        "cached_tokens": "Of the tokens read, those taken from the endpoint's cache.",
        "reasoning_tokens": "Of the tokens written, those that are not in the reply.",
        "tries": "Calls that it took, those that failed included.",
        "cost": "US dollars; null when the price or the count of tokens is not known.",
        "answered_at": "UTC, ISO 8601.",
    },
    "heartbeats": {
        "run_id": "Run that it belongs to.",
        "started_at": "When this start of the run began, UTC, ISO 8601.",
        "host": "Name of the machine.",
        "pid": "Process id on it.",
        "process": "Boot id and start time of the process: tells it from a later one with the same id.",
        "state": "`running`, `finished`, `stopped` (drained, or a limit) or `failed`; a process that was killed leaves "
        "`running` behind.",
        "reason": "Why it failed or stopped; else empty.",
        "beat_at": "When this row was last written, UTC, ISO 8601.",
        "progress": "Counters, JSON: dialogues, rounds, verdicts, tokens, in flight, seconds, endpoints.",
    },
    "batches": {
        "id": "Chosen by aiev and sent along as metadata, so that a batch whose answer was lost is found again.",
        "run_id": "Run that the replies are for.",
        "base_url": "Address of the provider.",
        "model": "Model that was asked for.",
        "created_at": "UTC, ISO 8601.",
        "key_env": "Name of the environment variable that holds the key; empty for none.",
        "status": "`prepared` (not known to have arrived), the provider's own words, `collected`, or `failed`.",
        "provider_id": "The provider's name for it.",
        "input_file": "The provider's name for the uploaded requests.",
        "requests": "Number of requests.",
        "answered": "Requests whose reply is in `requests`, the journal.",
        "failed": "Requests that came back without a reply.",
        "updated_at": "When its status was last asked for, UTC, ISO 8601.",
        "detail": "What the provider said when it failed; else empty.",
    },
    "batch_requests": {
        "batch_id": "Batch that it is part of.",
        "hash": "SHA-256 of the canonical request, as in `requests`.",
        "conversation_id": "Conversation that it is for.",
        "purpose": "Prompt it was rendered from, such as `questioner/ask`.",
        "request": "The canonical request, JSON.",
        "status": "`waiting`, `answered` or `failed`.",
        "detail": "Why it failed; else empty.",
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
    "splits": {
        "seed_id": "Seed; all its conversations, of whatever run, are in the same split.",
        "split": "`train`, `test`, or `held`: near to both a training and a test item, so in neither.",
        "group_id": "SHA-256 that a group of near-duplicates shares; a group is never divided.",
        "language": "Stratum that it was counted in.",
        "salt": "`split.salt` when it was frozen.",
        "frozen_at": "UTC, ISO 8601.",
    },
    "labels": {
        "id": "Row number; the newest is the highest.",
        "conversation_id": "Conversation that it is about.",
        "label": "`accept`, `reject` or `flag`.",
        "note": "What the person wrote; may be empty.",
        "created_at": "UTC, ISO 8601.",
    },
    "messages_fts": {"content": "The indexed text."},
}

VIEW_OF = {"executions_text": "executions", "dialogues": "conversations"}
"""Table that a view takes its other columns from."""


def meaning(table: str, column: str) -> str:
    """What a column means; a view's own words first, then those of its table. KeyError when nobody has said."""
    own = COLUMNS[table]
    return own[column] if column in own else COLUMNS[VIEW_OF[table]][column]
