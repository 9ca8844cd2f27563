import json

from support.command_line import assert_one_line


def test_bad_toml_is_a_usage_error(aiev, tmp_path):
    (tmp_path / "bad.toml").write_text("[run\n")
    assert_one_line(aiev("teach", "--config", "bad.toml"), 2, "bad.toml is not valid TOML")


def test_a_missing_configuration_is_a_usage_error(aiev):
    assert_one_line(aiev("teach", "--config", "none.toml"), 2, "cannot read configuration none.toml", "qwen")


def test_an_unknown_key_names_the_nearest(aiev):
    assert_one_line(aiev("config", "show", "--set", "run.worker=1"), 2, "did you mean run.workers?")


def test_config_show_names_every_origin(aiev):
    data = json.loads(aiev("config", "show", "--config", "qwen", "--set", "run.seed=3", "--json").stdout)
    assert data["origins"]["run.seed"] == "--set"
    assert data["origins"]["model.name"].endswith("qwen.toml")
    assert data["values"]["model"]["name"] == "qwen2.5-coder-1.5b-instruct"


def test_config_show_has_a_line_for_each_value_with_its_origin(aiev):
    lines = aiev("config", "show", "--set", "run.seed=3").stdout.splitlines()
    found = {line.split(" = ")[0].strip(): line.split(" = ", 1)[1] for line in lines}
    assert found["run.seed"].split() == ["3", "#", "--set"]
    assert found["run.limit"].endswith("# default")
    assert len({line.index(" = ") for line in lines}) == 1


def test_config_show_shows_no_credentials_of_an_address(aiev):
    done = aiev("config", "show", "--set", "model.base_url=http://me:hunter2@127.0.0.1/v1")
    assert "hunter2" not in done.stdout
    assert "hunter2" not in aiev("config", "show", "--json", "--set", "model.base_url=http://me:hunter2@h/v1").stdout
