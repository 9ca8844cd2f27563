"""The schema, as numbered steps that are only ever added to.

Each step runs in a transaction together with the record that it ran. Invariant: a file that knows a step which this
version does not is refused, never guessed at. All tables are STRICT. A new step is named in `version.py` too.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from sqlite_utils import Database, Migrations

from aiev.errors import StoreError
from aiev.store.schema import steps
from aiev.store.schema.classify import classify_executions
from aiev.store.schema.version import refuse_newer

if TYPE_CHECKING:
    from pathlib import Path

migrations = Migrations("aiev")

_TABLES = """
create table runs (
  id text primary key,
  recipe text not null,
  started_at text not null,
  config text not null,
  config_fingerprint text not null,
  model text not null,
  backend text not null,
  interpreter text not null,
  image text not null,
  prompts text not null,
  version text not null
) strict;
create table seeds (
  id text primary key,
  kind text not null,
  language text not null,
  name text,
  content text not null,
  source text not null,
  licence text
) strict;
create table conversations (
  id text primary key,
  run_id text not null references runs(id),
  seed_id text not null references seeds(id),
  status text not null check (status in ('accepted', 'discarded', 'failed', 'running')),
  reason text not null,
  rounds integer not null,
  problem text not null,
  program text not null,
  tests text not null,
  started_at text not null,
  finished_at text not null,
  seconds real not null,
  prompt_tokens integer not null,
  completion_tokens integer not null,
  unique (run_id, seed_id)
) strict;
create index conversations_status on conversations (status, run_id);
create table messages (
  id integer primary key,
  conversation_id text not null references conversations(id),
  position integer not null,
  role text not null check (role in ('system', 'user', 'assistant', 'interpreter')),
  content text not null,
  train integer not null check (train in (0, 1)),
  agent text not null,
  round integer not null,
  prompt_hash text not null,
  request_hash text not null,
  unique (conversation_id, position)
) strict;
create table blobs (
  hash text primary key,
  text text not null
) strict, without rowid;
create table executions (
  conversation_id text not null references conversations(id),
  round integer not null,
  job_hash text not null,
  verdict text not null,
  exit_code integer,
  assertions integer not null,
  program text not null references blobs(hash),
  tests text not null references blobs(hash),
  requirements text not null,
  stdout text not null references blobs(hash),
  stderr text not null references blobs(hash),
  stdout_truncated integer not null,
  stderr_truncated integer not null,
  wall_seconds real not null,
  cpu_seconds real not null,
  peak_memory_bytes integer not null,
  install_log text not null references blobs(hash),
  installed text not null,
  detail text not null,
  backend text not null,
  image text not null,
  primary key (conversation_id, round)
) strict;
create index executions_job on executions (job_hash);
create index executions_verdict on executions (verdict);
create table requests (
  hash text primary key,
  conversation_id text not null,
  purpose text not null,
  model text not null,
  request text not null,
  content text not null,
  answered_by text not null,
  finish_reason text not null,
  prompt_tokens integer not null,
  completion_tokens integer not null,
  seconds real not null
) strict;
create index requests_conversation on requests (conversation_id);
create view executions_text as
  select e.conversation_id, e.round, e.verdict, e.exit_code, e.assertions, p.text as program, t.text as tests,
    o.text as stdout, r.text as stderr, e.detail, e.installed, e.wall_seconds, e.peak_memory_bytes
  from executions e join blobs p on p.hash = e.program join blobs t on t.hash = e.tests
    join blobs o on o.hash = e.stdout join blobs r on r.hash = e.stderr;
create view dialogues as
  select c.id, c.status, c.reason, c.rounds, s.name as seed, s.source, s.licence, r.model, c.problem, c.program,
    c.tests, c.completion_tokens, c.seconds
  from conversations c join seeds s on s.id = c.seed_id join runs r on r.id = c.run_id;
"""


@migrations()
def m001_first_schema(db: Database) -> None:
    """Runs, seeds, conversations, messages, executions, the journal of requests, and views for people."""
    _execute(db, _TABLES)
    db.table("messages").enable_fts(["content"], create_triggers=True)


@migrations()
def m002_usage_and_money(db: Database) -> None:
    """What each reply cost and took, and how each start of a run ended."""
    _execute(db, steps.USAGE_AND_MONEY)


@migrations()
def m003_heartbeats_and_batches(db: Database) -> None:
    """What a run says of itself while it goes on, and what is at a provider's batch API."""
    _execute(db, steps.HEARTBEATS_AND_BATCHES)


@migrations()
def m004_splits_and_labels(db: Database) -> None:
    """Which seeds are for training and which for testing, for good; and what people think of conversations."""
    _execute(db, steps.SPLITS_AND_LABELS)


@migrations()
def m005_student(db: Database) -> None:
    """Rounds of the gate, trainings, evaluations with their samples, and the gate's decisions."""
    _execute(db, steps.STUDENT)


@migrations()
def m006_provenance_of_seeds(db: Database) -> None:
    """Where in git a seed was read (repository, commit, hash of the file); what it was made harder from, and how."""
    for column in ("repository", "revision", "blob", "evolved_from", "heuristic"):
        db.execute(f"alter table seeds add column {column} text not null default ''")


@migrations()
def m008_browsing(db: Database) -> None:
    """What lists are filtered by, beside the texts: error class, language, packages; and an index to list by."""
    _execute(db, steps.BROWSING)
    classify_executions(db.conn)


@migrations()
def m009_decontamination(db: Database) -> None:
    """What of a benchmark was found in what a model was trained on."""
    _execute(db, steps.DECONTAMINATION)


@migrations()
def m010_search_index(db: Database) -> None:
    """Texts are indexed again when they change, not when a message is marked for the loss."""
    _execute(db, steps.SEARCH_INDEX)


@migrations()
def m011_evidence(db: Database) -> None:
    """What shows that the program of a dialogue is right, for each dialogue and for each of its tests."""
    _execute(db, steps.EVIDENCE)


@migrations()
def m012_reasoning(db: Database) -> None:
    """What a model thought, beside what it said."""
    _execute(db, steps.REASONING)


@migrations()
def m013_leases(db: Database) -> None:
    """Which process is at work on what, so that no two make one run."""
    _execute(db, steps.LEASES)


@migrations()
def m014_alignment(db: Database) -> None:
    """Instructions of self-alignment with what they were made from, and the responses to each."""
    _execute(db, steps.ALIGNMENT)


@migrations()
def m015_preference(db: Database) -> None:
    """Programs and tests that were sampled apart and run against each other, their scores, and pairs to train on."""
    _execute(db, steps.PREFERENCE)


@migrations()
def m016_matrices(db: Database) -> None:
    """Results of matrices, so that a killed run does not run them again."""
    _execute(db, steps.MATRICES)


def migrate(db: Database, path: Path) -> None:
    """Bring a database to the newest schema, all pending steps in one transaction or none.

    The write lock is taken before looking, so that of several processes that open a new file at once one makes the
    tables and the others find them.

    Raises:
        StoreError: the file is no database, cannot be written, or was written by a newer aiev.
    """
    try:
        db.conn.execute("begin immediate")
        refuse_newer(db.conn, path)
        migrations.apply(db)
        db.commit()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}:
            raise StoreError(f"{path} is not a database that aiev can use: {error}; name another file") from None
        raise StoreError(f"cannot write to {path}: {error}; name another file with --db") from None
    finally:
        db.rollback()


def _execute(db: Database, script: str) -> None:
    """Run statements one by one: `executescript` would end the transaction."""
    for statement in script.split(";\n"):
        if statement.strip():
            db.execute(statement)
