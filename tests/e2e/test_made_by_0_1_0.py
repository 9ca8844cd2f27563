"""Databases that version 0.1.0 left half-way: the same command goes on from them, and nothing is paid for twice.

`made_by_0_1_0/README.md` says how they were made. What is expected was written down by that version and never changes.
Its defaults are the configuration `smollm2` now, so the same command means: with `--config smollm2`. A changed prompt
makes another run, and prompts have changed since, so all speak with those of 0.1.0 here (`made_by_0_1_0/prompts`).
"""

import asyncio
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from e2e.rehearsed_endpoint import RehearsedEndpoint
from support import backends
from support.loop_parts import loop

# The one place that follows when modules move: what gives rows their names. All else goes through the commands.
from aiev.config.layers import load_config
from aiev.dialogue.execution import job_hash
from aiev.run.identity import conversation_id, run_id
from aiev.store.student_records import SampleRecord
from aiev.student.evaluation import Evaluation, evaluation_record
from aiev.student.gate import decide_gate, gate_rules
from aiev.student.problems import Problem, problems_hash
from aiev.student.train import training_spec
from aiev.student.training_files import write_training_files
from aiev_agents.messages import ChatRequest, Sampling
from aiev_agents.roles import prompting
from aiev_agents.roles.prompting import prompt_hashes
from aiev_interpreter.protocol import Job, Limits

MADE = Path(__file__).with_name("made_by_0_1_0")
OLD_DEFAULTS = Path("smollm2")
SPEAKING = """
import sys
from pathlib import Path
from aiev_agents.roles import prompting
for function in (prompting.load_prompt, prompting.prompt_hashes):
    function.__defaults__ = tuple(
        Path(sys.argv[1]) if isinstance(value, Path) else value for value in function.__defaults__
    )
"""
"""Puts the prompts of a folder in the place of aiev's own."""
AIEV = (
    *(sys.executable, "-c"),
    f"{SPEAKING}\nfrom aiev.cli import main\ndel sys.argv[1]\nmain(prog_name='aiev')",
    str(MADE / "prompts"),
)


@pytest.fixture(autouse=True)
def old_prompts(monkeypatch):
    for function in (prompting.load_prompt, prompting.prompt_hashes):
        values = tuple(MADE / "prompts" if isinstance(value, Path) else value for value in function.__defaults__)
        monkeypatch.setattr(function, "__defaults__", values)


def kept(name):
    return json.loads((MADE / f"{name}.json").read_text())


@pytest.fixture
def copy(tmp_path):
    """A copy of one of the databases, in the working folder."""

    def copied(name, to=None):
        return Path(shutil.copy(MADE / f"{name}.db", tmp_path / f"{to or name}.db"))

    return copied


def aiev(*arguments):
    """What a command prints, as JSON."""
    environment = os.environ | {"OPENAI_API_KEY": "sk-hunter2"}
    done = subprocess.run(
        [*AIEV, *map(str, arguments), "--json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows(db, query, *values):
    with closing(sqlite3.connect(db)) as connection:
        return [list(row) for row in connection.execute(query, values)]


# A run that goes on


def teach(endpoint, db):
    words = [word.format(url=endpoint.url, db=db) for word in kept("command") if word != "--json"]
    shutil.copy(MADE / "seeds.jsonl", "seeds.jsonl")
    return aiev(*words, "--config", OLD_DEFAULTS)


def journal(db):
    """Hash and decoding seed of every request whose reply is kept."""
    return dict(rows(db, "select hash, json_extract(request, '$.sampling.seed') from requests"))


def asked(bodies):
    """What a request says, without the names of its fields: nothing but the same words is the same question."""
    return {json.dumps([[turn["role"], turn["content"]] for turn in body["messages"]]) for body in bodies}


def paid(db):
    return {
        json.dumps(json.loads(turns)) for (turns,) in rows(db, "select json_extract(request, '$.turns') from requests")
    }


def conversations(db, url):
    """Everything that makes a dialogue what it is."""
    said = "select role, content, train from messages where conversation_id = ? order by position"
    ran = "select round, verdict, assertions from executions where conversation_id = ? order by round"
    return {
        name: {
            "status": status,
            "reason": reason.replace(url, "URL"),
            "rounds": count,
            "messages": [[role, content, bool(train)] for role, content, train in rows(db, said, name)],
            "executions": rows(db, ran, name),
        }
        for name, status, reason, count in rows(db, "select id, status, reason, rounds from conversations")
    }


@pytest.mark.bubblewrap
def test_the_same_command_goes_on_and_pays_for_nothing_twice(copy):
    backends.require("bubblewrap")
    db, expected = copy("interrupted"), kept("expected")
    before, words = journal(db), paid(db)
    assert len(before) == expected["paid_before_the_kill"]
    ended = "select id, finished_at from conversations where status in ('accepted', 'discarded')"
    done_before = rows(db, ended)
    with RehearsedEndpoint() as endpoint:
        summary = teach(endpoint, db)
        assert not asked(endpoint.bodies) & words
        assert len(asked(endpoint.bodies) - paid(db)) == expected["rejected"]
        assert not set(endpoint.seen) & set(before.values())
        assert len(endpoint.seen) == len(expected["requests"]) - len(before) + expected["rejected"]
        assert conversations(db, endpoint.url) == expected["conversations"]
    assert summary["run"] == expected["run"]
    assert summary["already_done"] == len(done_before)
    assert journal(db) == expected["requests"]
    assert rows(db, "select id, config_fingerprint from runs") == [[expected["run"], expected["fingerprint"]]]
    assert all(row in rows(db, ended) for row in done_before)
    assert exported(db, "default") == kept("exports")["default"]


@pytest.mark.bubblewrap
def test_a_run_that_has_ended_asks_only_for_what_was_refused(copy):
    backends.require("bubblewrap")
    db, expected = copy("complete"), kept("expected")
    with RehearsedEndpoint() as endpoint:
        summary = teach(endpoint, db)
        assert len(endpoint.seen) == expected["rejected"]
        assert conversations(db, endpoint.url) == expected["conversations"]
    assert summary["statuses"] == {"failed": expected["rejected"]}
    assert journal(db) == expected["requests"]


# Commands that read


def test_commands_that_read_know_what_is_there_and_leave_it_as_it_is(copy):
    db, expected = copy("interrupted"), kept("expected")
    before = hashlib.sha256(db.read_bytes()).hexdigest()
    listed = aiev("inspect", db)
    assert Counter(row["status"] for row in listed) == expected["statuses_at_the_kill"]
    assert {row["id"] for row in listed} <= set(expected["conversations"])
    repaired = aiev("inspect", db, "--status", "accepted", "--min-rounds", 2)
    assert repaired
    for row in repaired:
        whole = expected["conversations"][row["id"]]
        shown = aiev("inspect", db, row["id"])
        told = [[message["role"], message["content"], message["train"]] for message in shown["messages"]]
        assert told == whole["messages"]
        assert (shown["status"], shown["rounds"]) == (whole["status"], whole["rounds"])
    (found,) = aiev("inspect", db, "--search", "roman_digit_05")
    assert (found["seed"], found["verdicts"]) == ("seeds.jsonl:6", "error error ok")
    (figures,) = aiev("stats", db)
    assert (figures["id"], figures["statuses"]) == (expected["run"], expected["statuses_at_the_kill"])
    (status,) = aiev("status", db)
    assert (status["run"], status["state"]) == (expected["run"], "died")
    assert hashlib.sha256(db.read_bytes()).hexdigest() == before


# Datasets and splits

FORMATS = ("messages", "openai", "sharegpt", "llama-factory", "prompt-completion", "dpo", "kto")
EXPORTS = {
    "default": (),
    "failures": ("--failures", "--keep-near-duplicates", "--set", "export.train_failed=true"),
    "told": ("--set", "export.plain_share=0.0", "--set", "export.closing=false"),
}


def exported(db, name):
    """SHA-256 of each file of rows; card and manifest name the version, and are left out."""
    out = db.with_suffix(f".{name}")
    aiev("export", db, "--out", out, *(word for shape in FORMATS for word in ("--format", shape)), *EXPORTS[name])
    files = [file for file in sorted(out.rglob("*")) if file.is_file() and file.parent != out]
    return {str(file.relative_to(out)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.mark.parametrize("name", EXPORTS)
def test_a_dataset_has_the_same_bytes(copy, name):
    assert exported(copy("complete"), name) == kept("exports")[name]


def test_a_dataset_of_what_is_there_so_far_has_the_same_bytes(copy):
    assert exported(copy("interrupted"), "default") == kept("exports")["interrupted"]


SPLITS = {"default": (), "half": ("--set", "split.test_share=0.5"), "salted": ("--set", "split.salt=other")}


def split(db, name):
    aiev("split", db, *SPLITS[name])
    return rows(db, "select seed_id, split, group_id from splits order by 1")


@pytest.mark.parametrize("name", SPLITS)
def test_seeds_fall_to_the_same_side(copy, name):
    assert split(copy("complete"), name) == kept("splits")[name]


# Names

CONFIGURATIONS = {
    "default": ((), ()),
    **{name: ((Path(name),), ()) for name in ("qwen", "openai", "vllm")},
    **{
        assignment: ((), (assignment,))
        for assignment in (
            *("dialogue.max_rounds=3", "programmer.temperature=0.3", "programmer.temperature=0.9"),
            *("install.enabled=false", "interpreter.memory_mib=512", "interpreter.memory_mib=256"),
            *("dialogue.language=go", "run.seed=7", "model.name=other", "install.index_url=http://127.0.0.1:9/simple"),
            *("run.workers=3", "run.limit=5", "rates.in_flight=7", "export.failures=true", "seeds.kind=snippet"),
            *("model.base_url=http://127.0.0.1:9/v1", "interpreter.ready=0", "store.full_sync=true", "gate.every=7"),
        )
    },
}
LIKE_DEFAULT = (
    *("run.workers=3", "run.limit=5", "rates.in_flight=7", "export.failures=true", "seeds.kind=snippet"),
    *("model.base_url=http://127.0.0.1:9/v1", "interpreter.ready=0", "store.full_sync=true", "gate.every=7"),
    *("programmer.temperature=0.3", "interpreter.memory_mib=512"),  # the defaults
)
REQUEST = ChatRequest(
    model="m",
    turns=(("system", "You write programs."), ("user", 'Write `größe(a, b)`.\n\n"Quoted" \\ and \t a tab.')),
    sampling=Sampling(temperature=0.3, top_p=0.95, max_tokens=200, seed=123456789, stop=("```\n",)),
    grammar='root ::= "a" | "b"\n',
    purpose="programmer/solve",
)
JOBS = {
    "plain": Job(program="def add(a, b):\n    return a + b\n", tests="assert add(1, 2) == 3\n"),
    "all fields": Job(
        program="package main\n",
        tests="// größe\n",
        language="go",
        requirements=("numpy>=2", "six"),
        limits=Limits(wall_seconds=5.0, memory_bytes=256 << 20, processes=32),
    ),
}
PROBLEMS = [
    Problem("p1", "Write `add(a, b)`.", "assert add(1, 2) == 3"),
    Problem("p0", "Write `größe(x)`.", "assert größe(1) == 1", requirements=("six",), prefix="def größe(x):"),
    Problem("p2", "Write `Add`.", "func TestAdd(t *testing.T) {}", language="go", text="apart", solution="apart"),
]


def named(files, assignments):
    config = load_config((OLD_DEFAULTS, *files), assignments)
    return {"fingerprint": config.fingerprint, "run_id": run_id(config), "self_learn": run_id(config, "self_learn")}


def evaluated(model, subject, passed, *assignments):
    """An evaluation, as it would be written down."""
    context = SimpleNamespace(
        settings=load_config((OLD_DEFAULTS,), assignments).settings,
        model=SimpleNamespace(name=model),
        interpreter=SimpleNamespace(name="bubblewrap", image="host-python-3.12.1"),
    )
    record = evaluation_record(context, PROBLEMS, subject=subject, benchmark="", round_number=2)
    verdicts = ["ok" if problem.id in passed else "error" for problem in PROBLEMS]
    samples = [
        SampleRecord(record.id, problem.id, 0, "", "", verdict, "", "", 0.0)
        for problem, verdict in zip(PROBLEMS, verdicts, strict=True)
    ]
    return Evaluation(record, samples)


def decision(*assignments, self_made=()):
    teacher, student = evaluated("big", "teacher", {"p0"}), evaluated("small", "student", {"p0", "p1", "p2"})
    rules = gate_rules(load_config((OLD_DEFAULTS,), assignments).settings)
    record = decide_gate(teacher, student, rules, self_made=self_made).record
    return {"id": record.id, "opens": record.opens, "reason": record.reason, "evidence": record.evidence}


def names():
    """Everything that names a row by what shaped it."""
    evaluation = evaluated("big", "teacher", set()).record
    return {
        "configurations": {name: named(*layers) for name, layers in CONFIGURATIONS.items()},
        "prompts": prompt_hashes(),
        "request": REQUEST.hash,
        "jobs": {name: job_hash(job, "host-python-3.12.1") for name, job in JOBS.items()},
        "conversation": conversation_id("6f086b3c9c37", "0123456789abcdef"),
        "problems": problems_hash(PROBLEMS),
        "evaluation": {"id": evaluation.id, "items_hash": evaluation.items_hash, "config": evaluation.config},
        "warm evaluation": evaluated(
            "big", "", set(), "gate.temperature=0.2", "gate.samples=4", "run.seed=7"
        ).record.id,
        "gate": decision(),
        "plain gate": decision("gate.rule=plain", "gate.min_items=1", self_made={"p1"}),
    }


@pytest.mark.parametrize("kind", kept("names"))
def test_what_a_thing_is_called_stays(kind):
    assert json.loads(json.dumps(names()[kind])) == kept("names")[kind]


def test_settings_that_shape_no_dialogue_change_no_name():
    found = kept("names")["configurations"]
    assert all(found[name] == found["default"] for name in LIKE_DEFAULT)
    others = [json.dumps(found[name]) for name in found if name not in LIKE_DEFAULT]
    assert len(set(others)) == len(others)


def training(db, folder):
    """What a student would learn from, and what that training is called."""
    settings = load_config((OLD_DEFAULTS,), ["split.test_share=0.4", "split.similarity=1.0"]).settings
    found = {}
    for number in (1, 2):
        data = write_training_files(db, number, settings, folder / f"data{number}")
        identity = training_spec(settings, "somebody/small", data, folder).identity(data.digest)
        found[str(number)] = {"data": data.digest, "train": data.train, "test": data.test, "training": identity}
    return found


def test_a_training_is_called_what_it_was(copy, tmp_path):
    assert training(copy("loop_interrupted"), tmp_path) == kept("trainings")


# The loop of self-learning

LOOP = ("student.rounds=2", "gate.every=6", "run.workers=1")


def decided(db):
    """What a loop has come to."""
    queries = {
        "rounds": "select number, stage, accepted, train_hash, test_hash from gate_rounds order by 1",
        "places": "select conversation_id, round, part from round_items order by 1",
        "evaluations": "select id, subject, round, model, items_hash, items, pass_at_k from evaluations order by 1",
        "samples": "select evaluation_id, item, sample, request_hash, job_hash, verdict from evaluation_samples"
        " order by 1, 2, 3",
        "gates": "select id, round, teacher_evaluation, student_evaluation, opens, reason, sentence from gates"
        " order by 2",
        "conversations": "select id, run_id, status, rounds from conversations order by 1",
    }
    found = {name: rows(db, query) for name, query in queries.items()}
    return found | {"requests": [name for (name,) in rows(db, "select hash from requests order by 1")]}


def test_a_loop_goes_on_to_the_same_decisions_and_pays_for_nothing_twice(copy):
    db, expected = copy("loop_interrupted"), kept("loop_expected")
    trained, trained_before = expected.pop("trained"), expected.pop("trained_before_the_kill")
    before = decided(db)
    asyncio.run(loop(db, *LOOP, files=[OLD_DEFAULTS]).run())
    sent = Path("paid").read_text().split()
    assert not set(sent) & set(before["requests"])
    assert sorted(before["requests"] + sent) == expected["requests"]
    assert trained == trained_before
    assert not Path("trained").exists()
    assert decided(db) == expected
    asyncio.run(loop(db, *LOOP, files=[OLD_DEFAULTS]).run())
    assert Path("paid").read_text().split() == sent
    assert not Path("trained").exists()
    assert decided(db) == expected
