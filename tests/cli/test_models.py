import json

from support.command_line import assert_one_line


def test_the_known_models_are_listed_with_what_is_fetched(aiev):
    rows = {row["name"]: row for row in json.loads(aiev("models", "list", "--json").stdout)}
    assert rows["smollm2-135m-instruct"]["path"] is None
    assert {"megabytes", "licence", "about"} <= set(rows["smollm2-135m-instruct"])
    assert "not fetched" in aiev("models", "list").stdout


def test_an_unknown_model_is_one_line(aiev):
    done = aiev("models", "fetch", "gpt-7")
    assert_one_line(done, done.exit_code, "gpt-7")
    assert done.exit_code in {1, 2}
