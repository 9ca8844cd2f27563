"""The tables that later steps of the schema brought; `migrations.py` says in which order.

Invariant: a text that was released is never changed.
"""

USAGE_AND_MONEY = """
alter table requests add column cached_tokens integer not null default 0;
alter table requests add column reasoning_tokens integer not null default 0;
alter table requests add column tries integer not null default 1;
alter table requests add column cost real;
alter table requests add column answered_at text not null default '';
alter table conversations add column cost real;
create table starts (
  id text primary key,
  run_id text not null references runs(id),
  started_at text not null,
  ended_at text not null,
  outcome text not null check (outcome in ('running', 'done', 'limit', 'interrupted', 'failed')),
  reason text not null
) strict;
create index starts_run on starts (run_id);
"""

HEARTBEATS_AND_BATCHES = """
create table heartbeats (
  run_id text not null references runs(id),
  started_at text not null,
  host text not null,
  pid integer not null,
  process text not null,
  state text not null check (state in ('running', 'finished', 'stopped', 'failed')),
  reason text not null,
  beat_at text not null,
  progress text not null,
  primary key (run_id, started_at)
) strict;
create table batches (
  id text primary key,
  run_id text not null,
  base_url text not null,
  model text not null,
  created_at text not null,
  key_env text not null,
  status text not null,
  provider_id text not null,
  input_file text not null,
  requests integer not null,
  answered integer not null,
  failed integer not null,
  updated_at text not null,
  detail text not null
) strict;
create table batch_requests (
  batch_id text not null references batches(id),
  hash text not null,
  conversation_id text not null,
  purpose text not null,
  request text not null,
  status text not null check (status in ('waiting', 'answered', 'failed')),
  detail text not null,
  primary key (batch_id, hash)
) strict;
create index batch_requests_hash on batch_requests (hash);
"""

SPLITS_AND_LABELS = """
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

BROWSING = """
alter table executions add column error_class text not null default '';
alter table conversations add column language text not null default '';
create table packages (
  conversation_id text not null references conversations(id),
  package text not null,
  primary key (conversation_id, package)
) strict, without rowid;
create index packages_package on packages (package, conversation_id);
create index executions_error_class on executions (error_class, conversation_id, verdict);
update conversations set language = coalesce(
  (select nullif(json_extract(config, '$.dialogue.language'), '') from runs where id = run_id),
  (select language from seeds where id = seed_id), '');
create trigger conversations_language after insert on conversations begin
  update conversations set language = coalesce(
    (select nullif(json_extract(config, '$.dialogue.language'), '') from runs where id = new.run_id),
    (select language from seeds where id = new.seed_id), '') where id = new.id; end;
create index conversations_newest on conversations
  (started_at desc, id, run_id, seed_id, status, rounds, language, prompt_tokens, completion_tokens, seconds, cost);
"""

STUDENT = """
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

DECONTAMINATION = """
create table decontaminations (
  evaluation_id text not null references evaluations(id),
  training_hash text not null,
  report text not null,
  made_at text not null,
  primary key (evaluation_id, training_hash)
) strict;
"""

REASONING = """
alter table messages add column reasoning text not null default '';
alter table requests add column reasoning text not null default '';
"""

EVIDENCE = """
create table evidence (
  conversation_id text primary key references conversations(id),
  status text not null check (status in ('verified', 'unverified', 'contradicted')),
  sentence text not null,
  round integer not null,
  mutants_killed integer,
  mutants integer,
  lines_run integer,
  lines integer,
  branches_run integer,
  branches integer,
  agreement text not null check (agreement in ('', 'confirmed', 'contradicted', 'undetermined')),
  alternatives_agreeing integer not null,
  alternatives integer not null,
  suites_passed integer not null,
  suites integer not null,
  tests_kept integer not null,
  tests_changed integer not null,
  tests_dropped integer not null,
  tests_added integer not null,
  stable integer not null check (stable in (0, 1)),
  detail text not null,
  made_at text not null
) strict;
create index evidence_status on evidence (status, conversation_id);
create table evidence_tests (
  conversation_id text not null references conversations(id),
  position integer not null,
  source text not null,
  origin text not null check (origin in ('own', 'problem', 'independent', 'fuzzed')),
  fate text not null,
  passed integer not null,
  programs integer not null,
  score real not null,
  primary key (conversation_id, position)
) strict;
"""

LEASES = """
create table leases (
  name text primary key,
  holder text not null,
  process text not null,
  host text not null,
  pid integer not null,
  since text not null,
  beat_at text not null
) strict;
"""

SEARCH_INDEX = """
drop trigger messages_au;
create trigger messages_au after update of content on messages begin
  insert into messages_fts (messages_fts, rowid, content) values ('delete', old.rowid, old.content)
  ; insert into messages_fts (rowid, content) values (new.rowid, new.content); end;
"""

ALIGNMENT = """
create table instructions (
  conversation_id text primary key references conversations(id),
  category text not null check (category in ('function', 'class', 'program')),
  difficulty text not null check (difficulty in ('easy', 'medium', 'hard')),
  concepts text not null,
  shots text not null,
  instruction text not null,
  responses integer not null,
  passing integer not null,
  learnability real not null,
  shows_tests integer not null check (shows_tests in (0, 1)),
  dropped text not null
) strict;
create table candidates (
  conversation_id text not null references conversations(id),
  position integer not null,
  request_hash text not null,
  program text not null references blobs(hash),
  tests text not null references blobs(hash),
  verdict text not null,
  detail text not null,
  assertions integer not null,
  cpu_seconds real not null,
  chosen integer not null check (chosen in (0, 1)),
  primary key (conversation_id, position)
) strict;
"""
PREFERENCE = """
create table generations (
  conversation_id text not null references conversations(id),
  kind text not null check (kind in ('program', 'tests')),
  position integer not null,
  model text not null,
  decoding text not null,
  request_hash text not null,
  text text not null references blobs(hash),
  primary key (conversation_id, kind, position)
) strict;
create table test_units (
  conversation_id text not null references conversations(id),
  position integer not null,
  tests integer not null,
  source text not null references blobs(hash),
  set_apart text not null,
  mutation_score real,
  weight real,
  primary key (conversation_id, position)
) strict;
create table cells (
  conversation_id text not null references conversations(id),
  program integer not null,
  unit integer not null,
  verdict text not null,
  cpu_seconds real,
  primary key (conversation_id, program, unit)
) strict, without rowid;
create table scores (
  conversation_id text not null references conversations(id),
  scorer text not null,
  parameters text not null,
  program integer not null,
  score real not null,
  primary key (conversation_id, scorer, parameters, program)
) strict, without rowid;
create table pairs (
  conversation_id text not null references conversations(id),
  position integer not null,
  kind text not null check (kind in ('correctness', 'efficiency')),
  chosen integer not null,
  rejected integer not null,
  gap real not null,
  rule text not null,
  primary key (conversation_id, position),
  check (chosen != rejected)
) strict;
"""
MATRICES = """
create table matrices (
  hash text primary key,
  conversation_id text not null,
  result text not null
) strict, without rowid;
"""
