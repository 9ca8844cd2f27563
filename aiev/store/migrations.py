"""The schema, as numbered steps that are only ever added to.

Each step runs in a transaction together with the record that it ran. Invariant: a file that knows a step which this
version does not is refused, never guessed at. All tables are STRICT.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from sqlite_utils import Database, Migrations

from aiev import __version__
from aiev.errors import StoreError

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


def migrate(db: Database, path: Path) -> None:
    """Bring a database to the newest schema.

    Raises:
        StoreError: the file is no database, or was written by a newer aiev.
    """
    try:
        known = {step.name for step in migrations.pending(db)} | {step.name for step in migrations.applied(db)}
        ours = set(_names())
        unknown = sorted(known - ours)
        if unknown:
            raise StoreError(
                f"{path} was written by a newer aiev (schema step {unknown[-1]}; this is aiev {__version__}, up to "
                f"{max(ours)}); upgrade aiev or name another file"
            )
        migrations.apply(db)
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path} is not a database that aiev can use: {error}; name another file") from None


def _names() -> list[str]:
    """Names of all steps, from an empty database's point of view."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return [step.name for step in migrations.pending(Database(connection))]
