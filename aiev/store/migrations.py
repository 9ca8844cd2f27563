"""The schema, as numbered steps that are only ever added to.

Each step runs in a transaction together with the record that it ran. Invariant: a file that knows a step which this
version does not is refused, never guessed at. All tables are STRICT. A new step is named in `schema.py` too.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from sqlite_utils import Database, Migrations

from aiev.errors import StoreError
from aiev.store.schema import refuse_newer

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
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)
    db.table("messages").enable_fts(["content"], create_triggers=True)


_SPLITS_AND_LABELS = """
create table splits (
  seed_id text primary key references seeds(id),
  split text not null check (split in ('train', 'test', 'held')),
  group_id text not null,
  language text not null,
  salt text not null,
  frozen_at text not null
) strict;
create index splits_group on splits (group_id);
create table labels (
  id integer primary key,
  conversation_id text not null references conversations(id),
  label text not null check (label in ('accept', 'reject', 'flag')),
  note text not null,
  created_at text not null
) strict;
create index labels_conversation on labels (conversation_id);
create index if not exists conversations_seed on conversations (seed_id);
"""


@migrations()
def m004_splits_and_labels(db: Database) -> None:
    """Which seeds are for training and which for testing, for good; and what people think of conversations."""
    for statement in _SPLITS_AND_LABELS.split(";\n"):
        if statement.strip():
            db.execute(statement)


_STUDENT = """
create table gate_rounds (
  number integer primary key,
  stage text not null check (stage in ('teaching', 'self_learning')),
  accepted integer not null,
  train_hash text not null,
  test_hash text not null,
  frozen_at text not null
) strict;
create table round_items (
  conversation_id text primary key references conversations(id),
  round integer not null references gate_rounds(number),
  part text not null check (part in ('train', 'test', 'held'))
) strict;
create index round_items_part on round_items (part, round);
create table trainings (
  id text primary key,
  round integer not null,
  base text not null,
  method text not null,
  status text not null check (status in ('running', 'done', 'failed')),
  reason text not null,
  path text not null,
  adapter text not null,
  adapter_hash text not null,
  config text not null,
  metrics text not null,
  started_at text not null,
  finished_at text not null
) strict;
create table evaluations (
  id text primary key,
  subject text not null check (subject in ('teacher', 'student', '')),
  benchmark text not null,
  round integer not null,
  model text not null,
  items_hash text not null,
  items integer not null,
  samples integer not null,
  config text not null,
  interpreter text not null,
  image text not null,
  started_at text not null,
  finished_at text not null,
  pass_at_k text not null
) strict;
create index evaluations_items on evaluations (items_hash, subject);
create table evaluation_samples (
  evaluation_id text not null references evaluations(id),
  item text not null,
  sample integer not null,
  request_hash text not null,
  job_hash text not null,
  verdict text not null,
  detail text not null,
  program text not null references blobs(hash),
  seconds real not null,
  primary key (evaluation_id, item, sample)
) strict;
create table gates (
  id text primary key,
  round integer not null,
  teacher text not null,
  student text not null,
  teacher_evaluation text not null references evaluations(id),
  student_evaluation text not null references evaluations(id),
  opens integer not null check (opens in (0, 1)),
  reason text not null,
  sentence text not null,
  evidence text not null,
  rules text not null,
  decided_at text not null
) strict;
create table gate_items (
  gate_id text not null references gates(id),
  item text not null,
  teacher_passed integer not null,
  teacher_samples integer not null,
  student_passed integer not null,
  student_samples integer not null,
  primary key (gate_id, item)
) strict;
"""


@migrations()
def m005_student(db: Database) -> None:
    """Rounds of the gate, trainings, evaluations with their samples, and the gate's decisions."""
    for statement in _STUDENT.split(";\n"):
        if statement.strip():
            db.execute(statement)


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
