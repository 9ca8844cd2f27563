import json

import pytest
from support.command_line import assert_one_line

SNIPPET = '''def mean(values):
    """The arithmetic mean of some numbers, which must not be empty."""
    total = sum(values)
    return total / len(values)
'''


@pytest.fixture
def source(tmp_path):
    (tmp_path / "code").mkdir()
    (tmp_path / "code/LICENSE").write_text("MIT License\n")
    (tmp_path / "code/mean.py").write_text(SNIPPET)
    return "code"


def test_build_reports_a_funnel_and_writes_the_seeds(aiev, source, tmp_path):
    done = aiev("seeds", "build", source, "--out", "seeds.jsonl", "--kind", "function")
    assert done.exit_code == 0, done.stderr
    assert "kept + dropped = in" in done.stdout
    assert len((tmp_path / "seeds.jsonl").read_text().splitlines()) == 1


def test_build_options_reach_the_configuration(aiev, source):
    options = ("--language", "python", "--kind", "function", "--seed", "5", "--limit", "1")
    report = json.loads(aiev("seeds", "build", source, "--out", "s.jsonl", *options, "--json").stdout)
    assert report["languages"] == {"python": {"in": 1, "kept": 1}}
    assert_one_line(aiev("seeds", "build", source, "--out", "s.jsonl", "--language", "go"), 2, "no seeds")


def test_a_build_without_out_is_a_usage_error(aiev, source):
    assert aiev("seeds", "build", source).exit_code == 2


def test_decontaminate_names_the_rows_that_resemble_a_benchmark(aiev, tmp_path):
    (tmp_path / "bench.jsonl").write_text(json.dumps({"task_id": "one", "prompt": SNIPPET, "canonical_solution": ""}))
    rows = [{"text": SNIPPET}, {"text": "def other(): return 'quite another thing altogether'"}]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    against = ("--against", "mine=bench.jsonl", "--out", "clean.jsonl")
    done = aiev("seeds", "decontaminate", "rows.jsonl", *against, "--workers", "1")
    assert done.exit_code == 0, done.stderr
    assert "2 rows against mine (1 items): 1 clean, 1 contaminated" in done.stdout
    assert (tmp_path / "clean.jsonl").read_text().count("\n") == 1


def test_a_benchmark_that_nobody_knows_is_one_line(aiev, tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"text": "x"}')
    assert_one_line(aiev("seeds", "decontaminate", "rows.jsonl", "--against", "nonsense"), 2, "nonsense")


def test_ctrl_c_ends_a_build_with_its_exit_code_and_says_what_is_kept(aiev, source, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("aiev.seeds.build.build_seeds", interrupted)
    assert_one_line(aiev("seeds", "build", source, "--out", "s.jsonl"), 130, "a file is written whole or not at all")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--out", "s.txt"], ".jsonl, .jsonl.gz, .parquet, .db"),
        (["--out", "none/s.jsonl"], "there is no folder none"),
        (["--out", "s.jsonl", "--report", "none/r.json"], "--report none/r.json: cannot write there"),
        (["--out", "s.jsonl", "--report", "."], "--report .: cannot write there: Is a directory"),
        (["--out", "s.jsonl", "--column", "body"], "write it as content=NAME"),
        (["--out", "s.jsonl", "--set", "seeds.filters=['nonsense']"], "nonsense"),
    ],
)
def test_a_build_that_cannot_be_is_one_line(aiev, source, arguments, words):
    assert_one_line(aiev("seeds", "build", source, *arguments), 2, words)
