"""The command line as a user meets it: each command in a process of its own."""

import json
import os
import socket
import sqlite3
import subprocess
import sys

import pytest
from view.web.talks import make as make_talks

from aiev.store.writing.labels import save_label
from aiev.store.writing.store import Store

ENDPOINT = ("--set", "model.backend=openai", "--set", "model.name=m", "--set", "model.retry_seconds=0")


@pytest.fixture
def aiev(tmp_path):
    """Run `aiev` with arguments; returns the finished process."""

    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-c", "from aiev.cli import main; main(prog_name='aiev')", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=os.environ | environment,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def talks(tmp_path):
    """A database of repaired, hostile and plain conversations, one of them labelled."""
    make_talks(tmp_path / "talks.db")
    save_label(tmp_path / "talks.db", "plain007", "flag", "")
    return tmp_path / "talks.db"


def assert_one_line(done, code, *words):
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0]


def test_a_missing_source_is_a_usage_error(aiev):
    assert_one_line(aiev("teach", "nowhere.py"), 2, "no such seed source: nowhere.py")


def test_an_empty_seed_set_is_a_usage_error(aiev, tmp_path):
    (tmp_path / "empty.py").write_text("x = 1\n")
    assert_one_line(aiev("teach", "empty.py"), 2, "no seeds in empty.py")


def test_bad_toml_is_a_usage_error(aiev, tmp_path):
    (tmp_path / "bad.toml").write_text("[run\n")
    assert_one_line(aiev("teach", "--config", "bad.toml"), 2, "bad.toml is not valid TOML")


def test_a_missing_configuration_is_a_usage_error(aiev):
    assert_one_line(aiev("teach", "--config", "none.toml"), 2, "cannot read configuration none.toml", "qwen")


def test_an_unknown_key_names_the_nearest(aiev):
    assert_one_line(aiev("config", "show", "--set", "run.worker=1"), 2, "did you mean run.workers?")


def test_no_endpoint_is_one_line_and_says_that_everything_is_kept(aiev):
    done = aiev(
        "teach", "--limit", "2", *ENDPOINT, "--set", "model.base_url=http://127.0.0.1:9/v1", OPENAI_API_KEY="sk-x"
    )
    assert_one_line(done, 1, "nothing answers for model 'm' at http://127.0.0.1:9/v1", "run the same command again")
    assert "sk-x" not in done.stderr


def test_an_endpoint_without_address_is_one_line(aiev):
    assert_one_line(aiev("teach", *ENDPOINT, OPENAI_API_KEY="sk-x"), 2, "model.base_url = ''")


def test_an_address_with_credentials_is_refused_without_repeating_them(aiev):
    done = aiev("teach", *ENDPOINT, "--set", "model.base_url=http://me:hunter2@127.0.0.1:9/v1", OPENAI_API_KEY="sk-x")
    assert_one_line(done, 2, "model.base_url holds credentials")
    assert "hunter2" not in done.stderr


def test_a_missing_key_names_the_variable(aiev):
    done = aiev(
        "teach", *ENDPOINT, "--set", "model.base_url=http://127.0.0.1:9/v1", "--set", "model.api_key_env=MY_KEY"
    )
    assert_one_line(done, 1, "set the environment variable MY_KEY")


def test_a_wrong_embedded_model_lists_the_known_ones(aiev):
    assert_one_line(aiev("teach", "--set", "model.name=gpt-7"), 2, "gpt-7", "smollm2-135m-instruct")


def test_missing_weights_say_how_to_get_them(aiev):
    assert_one_line(aiev("teach"), 1, "run `aiev models fetch smollm2-135m-instruct`")


def test_no_docker_is_one_line_when_docker_is_asked_for(aiev):
    done = aiev("teach", "--set", "interpreter.backend=docker", DOCKER_HOST="tcp://127.0.0.1:9")
    assert_one_line(done, 1, "no sandbox works here", "Docker daemon does not answer")


def test_no_sandbox_at_all_is_one_line_and_nothing_runs_without_one(aiev, tmp_path):
    (tmp_path / "p.py").write_text("open('escaped', 'w').write('x')\n")
    (tmp_path / "t.py").write_text("assert True\n")
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    (broken / "bwrap").chmod(0o755)
    paths = {"PATH": f"{broken}:{os.environ['PATH']}", "DOCKER_HOST": "tcp://127.0.0.1:9"}
    done = aiev("execute", "--program", "p.py", "--tests", "t.py", **paths)
    assert_one_line(done, 1, "no sandbox works here", "docker", "bubblewrap", "namespace")
    assert not (tmp_path / "escaped").exists()


def test_a_database_from_a_newer_schema_is_refused(aiev, tmp_path):
    Store.open(tmp_path / "new.db").close()
    with sqlite3.connect(tmp_path / "new.db") as db:
        db.execute("insert into _sqlite_migrations (migration_set, name, applied_at) values ('aiev', 'm999', 'x')")
    db.close()
    assert_one_line(aiev("teach", "--db", "new.db"), 1, "newer aiev", "m999")


@pytest.mark.parametrize("command", [("inspect", "no.db"), ("stats", "no.db")])
def test_a_missing_database_is_one_line(aiev, command):
    assert_one_line(aiev(*command), 1, "no database no.db")


def test_a_language_that_nobody_speaks_is_a_usage_error(aiev):
    done = aiev("teach", "--language", "cobol")
    assert done.returncode == 2
    assert "'cobol' is not one of 'python', 'javascript'" in done.stderr


def test_a_target_language_is_part_of_the_runs_configuration(aiev, tmp_path):
    (tmp_path / "script.json").write_text("[]")
    scripted = ("--set", "model.backend=scripted", "--set", "model.script=script.json")
    aiev("teach", "--limit", "1", "--language", "go", *scripted)
    with sqlite3.connect(tmp_path / "aiev.db") as db:
        ((config,),) = db.execute("select config from runs")
    db.close()
    assert json.loads(config)["dialogue"]["language"] == "go"


def test_a_scripted_model_that_runs_out_fails_its_items_with_a_reason(aiev, tmp_path):
    (tmp_path / "script.json").write_text('["Write a Python function `f(x)`."]')
    done = aiev(
        "teach", "--limit", "1", "--json", "--set", "model.backend=scripted", "--set", "model.script=script.json"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["statuses"] == {"failed": 1}
    listed = json.loads(aiev("inspect", "aiev.db", "--json").stdout)
    assert listed[0]["reason"] == "the script has no reply left"


def test_execute_prints_the_typed_result(aiev, tmp_path):
    (tmp_path / "p.py").write_text("def f():\n    return 1\n")
    (tmp_path / "good.py").write_text("assert f() == 1\n")
    (tmp_path / "bad.py").write_text("assert f() == 2\n")
    good = aiev("execute", "--program", "p.py", "--tests", "good.py", "--json")
    assert good.returncode == 0, good.stderr
    result = json.loads(good.stdout)
    assert (result["verdict"], result["assertions"], result["exit_code"]) == ("ok", 1, 0)
    assert {"stdout", "stderr", "seconds", "backend", "image"} <= set(result)
    bad = aiev("execute", "--program", "p.py", "--tests", "bad.py", "--json")
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["verdict"] == "error"


def test_config_show_names_every_origin(aiev):
    data = json.loads(aiev("config", "show", "--config", "qwen", "--set", "run.seed=3", "--json").stdout)
    assert data["origins"]["run.seed"] == "--set"
    assert data["origins"]["model.name"].endswith("qwen.toml")
    assert data["values"]["model"]["name"] == "qwen2.5-coder-1.5b-instruct"


def test_doctor_says_what_is_missing_and_what_to_do(aiev):
    done = aiev("doctor", "--json", DOCKER_HOST="tcp://127.0.0.1:9")
    findings = {finding["part"]: finding for finding in json.loads(done.stdout)}
    assert done.returncode == 1
    assert findings["Docker"]["present"] is False
    assert findings["Docker"]["needed"] is False
    assert "aiev models fetch" in findings["model"]["advice"]


def test_help_loads_nothing_heavy():
    script = (
        "import sys\nfrom aiev.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'openai', 'langgraph', 'pydantic', 'docker', 'sqlite_utils', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("settings", "detail", "advice"),
    [
        (("model.backend=vllm",), "no `vllm` command", "pip install 'aiev[vllm]'"),
        (("model.backend=vllm", "vllm.command=/nowhere/vllm"), "no such program", "give the path"),
        (
            ("model.backend=openai", "model.endpoints=['http://127.0.0.1:9/v1']", "model.api_key_env="),
            "http://127.0.0.1:9/v1",
            "start the server",
        ),
    ],
)
def test_doctor_looks_at_the_backend_that_a_run_would_use(aiev, settings, detail, advice):
    words = [word for setting in settings for word in ("--set", setting)]
    done = aiev("doctor", "--json", *words, PATH="/nowhere", DOCKER_HOST="tcp://127.0.0.1:9")
    (model,) = [finding for finding in json.loads(done.stdout) if finding["part"] == "model"]
    assert model["present"] is False
    assert detail in model["detail"]
    assert advice in model["advice"]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--error-class", "TypeError"], {"repaired"}),
        (["--error-class", "no such class"], set()),
        (["--package", "NumPy"], {"repaired"}),
        (["--stage", "teach", "--status", "discarded"], {"hostile"}),
        (["--stage", "self_learn"], set()),
        (["--split", "test"], set()),
        (["--label", "flag"], {"plain007"}),
        (["--search", "pangolin", "--label", "flag"], {"plain007"}),
    ],
)
def test_inspect_lists_what_its_filters_say(aiev, talks, options, ids):
    done = aiev("inspect", talks, "--json", *options)
    assert done.returncode == 0, done.stderr
    assert {row["id"] for row in json.loads(done.stdout)} == ids


@pytest.fixture
def older(talks):
    """The database as an aiev before lists had filters wrote it."""
    with sqlite3.connect(talks) as db:
        for statement in (
            "drop trigger conversations_language", "drop index conversations_newest", "drop table packages",
            "drop index executions_error_class", "alter table executions drop column error_class",
            "alter table conversations drop column language", "drop table decontaminations",
            "delete from _sqlite_migrations where name in ('m008_browsing', 'm009_decontamination')",
        ):  # fmt: skip
            db.execute(statement)
    db.close()
    return talks


@pytest.mark.parametrize("command", ["inspect", "stats"])
def test_looking_at_a_database_of_an_older_aiev_changes_nothing_and_names_the_command_that_does(aiev, older, command):
    before = older.read_bytes()
    assert_one_line(aiev(command, older), 1, "older aiev (without m008_browsing)", f"`aiev migrate {older}`")
    assert older.read_bytes() == before


def test_migrate_brings_an_older_database_up_for_those_that_look_at_it(aiev, older):
    done = aiev("migrate", older, "--json")
    assert json.loads(done.stdout)["steps"] == ["m008_browsing", "m009_decontamination"]
    filters = ("--error-class", "TypeError", "--package", "numpy", "--language", "python")
    done = aiev("inspect", older, "--json", *filters)
    assert [row["id"] for row in json.loads(done.stdout)] == ["repaired"]
    assert "already" in aiev("migrate", older).stdout


def test_what_only_others_read_may_be_missing(aiev, talks):
    with sqlite3.connect(talks) as db:
        db.execute("drop table decontaminations")
        db.execute("delete from _sqlite_migrations where name = 'm009_decontamination'")
    db.close()
    assert aiev("stats", talks, "--json").returncode == 0


def test_migrate_makes_nothing_and_says_what_is_no_database(aiev, tmp_path):
    assert_one_line(aiev("migrate", "none.db"), 1, "no database none.db")
    (tmp_path / "notes.db").write_text("hello " * 1000)
    assert_one_line(aiev("migrate", tmp_path / "notes.db"), 1, "not a database")


def test_serve_says_in_one_line_that_there_is_no_database(aiev):
    assert_one_line(aiev("serve", "no.db"), 1, "no database no.db")


def test_serve_says_in_one_line_that_its_port_is_taken(aiev, talks):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_one_line(aiev("serve", talks, "--port", port), 1, f"cannot listen on 127.0.0.1:{port}", "--port")
