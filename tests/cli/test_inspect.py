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
        (["--search", "pangolin", "--label", "flag"], {"plain007"}),
    ],
)
def test_inspect_lists_what_its_filters_say(aiev, talks, options, ids):
    done = aiev("inspect", talks, "--json", *options)
    assert done.exit_code == 0, done.stderr
    assert {row["id"] for row in json.loads(done.stdout)} == ids
