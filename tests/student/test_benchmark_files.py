"""Benchmarks as files: the shipped ones with real data, and every mistake in one line."""

import gzip
import json

import pytest

from aiev.errors import UsageError
from aiev.student.benchmark_files import load_benchmark, shipped

TEXT = """
[benchmark]
name = "own"
language = "python"
data = "{data}"
id = "{{{{ id }}}}"
question = "{{{{ question }}}}"
tests = "{{{{ tests }}}}"
"""
ROW = {"id": 1, "question": "Add.", "tests": "assert add(1, 2) == 3"}


def test_humaneval_has_its_164_problems_with_prefix_and_check():
    _, problems = load_benchmark("humaneval")
    assert len(problems) == 164
    first = problems[0]
    assert first.id == "HumanEval/0"
    assert first.question.startswith("Complete this Python function")
    assert "has_close_elements" in first.prefix
    assert first.tests.endswith("check(has_close_elements)")
    assert first.asked_plainly


def test_mbpp_reads_its_public_form(tmp_path):
    row = {
        "task_id": 2,
        "text": "Add.",
        "code": "def add",
        "test_setup_code": "",
        "test_list": ["assert 1", "assert 2"],
    }
    (tmp_path / "mbpp.jsonl").write_text(json.dumps(row) + "\n")
    _, (problem,) = load_benchmark("mbpp")
    assert (problem.id, problem.tests, problem.prefix) == ("mbpp/2", "\nassert 1\nassert 2", "")
    assert "assert 1\nassert 2" in problem.question


def test_every_shipped_benchmark_says_what_to_do_without_data(tmp_path):
    assert {"humaneval", "mbpp"} <= set(shipped())
    with pytest.raises(UsageError, match=r"cannot read the problems of mbpp: .*No such file.*--data"):
        load_benchmark("mbpp")


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz"])
def test_a_file_of_ones_own(tmp_path, suffix):
    data = tmp_path / f"own.{suffix}"
    raw = (json.dumps(ROW) + "\n").encode()
    data.write_bytes(gzip.compress(raw) if suffix.endswith("gz") else raw)
    (tmp_path / "own.toml").write_text(TEXT.format(data=data))
    benchmark, (problem,) = load_benchmark(str(tmp_path / "own.toml"))
    assert (benchmark.name, problem.id, problem.question, problem.tests) == ("own", "1", "Add.", ROW["tests"])


@pytest.mark.parametrize(
    ("toml", "data", "words"),
    [
        (None, "", "no benchmark .*give one of humaneval, mbpp"),
        ("[benchmark", "", "is not valid TOML"),
        ("x = 1", "", "no section"),
        (TEXT + "colour = 1", "", r"benchmark\.colour"),
        (TEXT.replace('"python"', '"cobol"'), "", r"benchmark\.language"),
        (TEXT, "", "no problems"),
        (TEXT, "{", "own.jsonl:1: not JSON: .*name the file with --data"),
        (TEXT, "[]", "own.jsonl:1: not JSON: a row must be an object"),
        (TEXT, '{"id": 1}', "own.jsonl:1: 'question' is undefined; the columns are id"),
        (TEXT, json.dumps(ROW) + "\n" + json.dumps(ROW), "two of the same name"),
        (TEXT.replace("{{{{ id }}}}", "{{{{ ''.__class__.__mro__ }}}}"), json.dumps(ROW), "unsafe"),
        (TEXT.replace("{data}", "no_such_package:x.jsonl"), "", "no no_such_package with the problems"),
    ],
)
def test_each_mistake_is_one_line(tmp_path, toml, data, words):
    file = tmp_path / "own.toml"
    (tmp_path / "own.jsonl").write_text(data)
    if toml is not None:
        file.write_text(toml.format(data=tmp_path / "own.jsonl"))
    with pytest.raises(UsageError, match=words) as caught:
        load_benchmark(str(file))
    assert "\n" not in str(caught.value)
