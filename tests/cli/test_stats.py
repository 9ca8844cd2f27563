import json


def test_stats_show_each_run_with_its_figures(aiev, database):
    done = aiev("stats", database)
    assert done.exit_code == 0
    assert "28 of 30" in done.stdout
    assert "30 begun > 30 came to a verdict > 28 accepted > 18 accepted at the first round" in done.stdout


def test_stats_as_json_have_all_figures(aiev, database):
    (run,) = json.loads(aiev("stats", database, "--json").stdout)
    assert run["statuses"] == {"accepted": 28, "discarded": 2}
    assert run["figures"]["rounds"] == {"1": 18, "2": 6, "3": 4}


def test_stats_write_a_page(aiev, database, tmp_path):
    assert aiev("stats", database, "--html", "page.html").exit_code == 0
    assert "<h1>Runs in figures</h1>" in (tmp_path / "page.html").read_text()
