import json

import pytest
from support.command_line import assert_one_line


@pytest.mark.parametrize("command", [("inspect", "no.db"), ("stats", "no.db")])
def test_a_missing_database_is_one_line(aiev, command):
    assert_one_line(aiev(*command), 1, "no database no.db")


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
        (["--evidence", "verified"], {"repaired"}),
        (["--evidence", "contradicted", "--status", "discarded"], {"hostile"}),
        (["--evidence", "unverified"], set()),
        (["--search", "pangolin", "--label", "flag"], {"plain007"}),
    ],
)
def test_inspect_lists_what_its_filters_say(aiev, talks, options, ids):
    done = aiev("inspect", talks, "--json", *options)
    assert done.exit_code == 0, done.stderr
    assert {row["id"] for row in json.loads(done.stdout)} == ids


def test_one_conversation_is_shown_in_full_as_text_and_as_json(aiev, talks):
    shown = aiev("inspect", talks, "rep")
    assert shown.exit_code == 0
    assert "changes from round 1 to 2" in shown.stdout
    found = json.loads(aiev("inspect", talks, "rep", "--json").stdout)
    assert (found["id"], len(found["messages"]), len(found["executions"])) == ("repaired", 6, 2)


@pytest.mark.parametrize(("which", "words"), [("zzz", "no conversation begins with 'zzz'"), ("plain", "several")])
def test_a_beginning_that_names_none_or_several_is_one_line(aiev, talks, which, words):
    assert_one_line(aiev("inspect", talks, which), 2, words)


def test_pages_of_a_list_follow_each_other_and_end(aiev, talks):
    pages = [
        [row["id"] for row in json.loads(aiev("inspect", talks, "--json", "--limit", 25, "--offset", offset).stdout)]
        for offset in (0, 25, 50, 75)
    ]
    assert [len(page) for page in pages] == [25, 25, 12, 0]
    assert len({one for page in pages for one in page}) == 62
    assert "no conversations match" in aiev("inspect", talks, "--offset", 99).stdout


@pytest.mark.parametrize("text", ['"', "*", "(", "NEAR(", "a AND", "-", "\x00"])
def test_a_search_is_for_words_whatever_signs_are_in_it(aiev, talks, text):
    done = aiev("inspect", talks, "--json", "--search", text)
    assert done.exit_code == 0, done.stderr
    assert isinstance(json.loads(done.stdout), list)


def test_filters_narrow_together(aiev, talks):
    done = aiev(
        "inspect", talks, "--json", "--min-rounds", 2, "--verdict", "ok", "--run", "run", "--model", "model-one"
    )
    assert [row["id"] for row in json.loads(done.stdout)] == ["repaired"]
    assert json.loads(aiev("inspect", talks, "--json", "--min-rounds", 2, "--max-rounds", 1).stdout) == []
