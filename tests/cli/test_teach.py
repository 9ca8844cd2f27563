import json
import sqlite3

from support.command_line import assert_one_line

from aiev.store.writing.store import Store

ENDPOINT = ("--set", "model.backend=openai", "--set", "model.name=m", "--set", "model.retry_seconds=0")


def test_a_missing_source_is_a_usage_error(aiev):
    assert_one_line(aiev("teach", "nowhere.py"), 2, "no such seed source: nowhere.py")


def test_an_empty_seed_set_is_a_usage_error(aiev, tmp_path):
    (tmp_path / "empty.py").write_text("x = 1\n")
    assert_one_line(aiev("teach", "empty.py"), 2, "no seeds in empty.py")


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
    assert_one_line(aiev("teach"), 1, "run `aiev models fetch qwen2.5-coder-1.5b-instruct`")


def test_no_docker_is_one_line_when_docker_is_asked_for(aiev):
    address = ("--set", "model.base_url=http://127.0.0.1:9/v1", "--set", "interpreter.backend=docker")
    done = aiev("teach", *ENDPOINT, *address, OPENAI_API_KEY="sk-x", DOCKER_HOST="tcp://127.0.0.1:9")
    assert_one_line(done, 1, "no sandbox works here", "Docker daemon does not answer")


def test_a_database_from_a_newer_schema_is_refused(aiev, tmp_path):
    Store.open(tmp_path / "new.db").close()
    with sqlite3.connect(tmp_path / "new.db") as db:
        db.execute("insert into _sqlite_migrations (migration_set, name, applied_at) values ('aiev', 'm999', 'x')")
    db.close()
    assert_one_line(aiev("teach", "--db", "new.db"), 1, "newer aiev", "m999")


def test_a_language_that_nobody_speaks_is_a_usage_error(aiev):
    done = aiev("teach", "--language", "cobol")
    assert done.exit_code == 2
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
    done = aiev("teach", "--limit", "1", "--set", "model.backend=scripted", "--set", "model.script=script.json")
    assert_one_line(done, 1, "the script has no reply left; 1 of 2 requests were refused")
    listed = json.loads(aiev("inspect", "aiev.db", "--json").stdout)
    assert listed[0]["reason"] == "the script has no reply left"
