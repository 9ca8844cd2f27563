import asyncio
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from store.sample_records import RUN, SEED, TALK

from aiev.cli import main
from aiev.similarity.decontamination.report import decontaminate
from aiev.similarity.settings import DecontaminationSettings
from aiev.store.writing.store import Store

CLEAN = "def twice(x):\n    return 2 * x\n"


@pytest.fixture
def rows(tmp_path, humaneval):
    path = tmp_path / "rows.jsonl"
    talk = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": f"```python\n{humaneval[9].solution}\n```"},
    ]
    rows = [
        {"code": CLEAN},
        {"code": humaneval[2].prompts[0] + humaneval[2].solution},
        {"messages": talk},
        {"problem": "Sort."},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def invoke(*arguments):
    return CliRunner().invoke(main, ["seeds", "decontaminate", *map(str, arguments)])


@pytest.mark.parametrize("workers", ["1", "2"])
def test_rows_are_counted_and_the_clean_ones_written(rows, tmp_path, workers):
    out = tmp_path / "clean.jsonl"
    done = invoke(rows, "--against", "humaneval", "--workers", workers, "--out", out, "--json")
    report = json.loads(done.stdout)
    assert done.exit_code == 0
    assert report["against"] == [{"benchmark": "humaneval", "items": 164}]
    assert (report["rows"], report["clean"], report["contaminated"]) == (4, 2, 2)
    assert [found["row"] for found in report["found"]] == [f"{rows}:2", f"{rows}:3"]
    assert [found["hits"][0]["item"] for found in report["found"]] == ["HumanEval/2", "HumanEval/9"]
    assert [json.loads(line) for line in out.read_text().splitlines()] == [{"code": CLEAN}, {"problem": "Sort."}]


def test_people_get_a_line_for_each_row_and_the_counts(rows):
    lines = invoke(rows, "--workers", "1").stdout
    assert "HumanEval/2: substring of prompt 1.00" in lines
    assert "4 rows against humaneval (164 items): 2 clean, 2 contaminated" in lines


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.jsonl"], "none.jsonl: cannot be read: No such file"),
        (["rows.jsonl", "--against", "mbpp"], "benchmark mbpp is in no package"),
        (["rows.jsonl", "--field", "other"], "no text in other"),
        (["rows.jsonl", "--set", "decontamination.benchmarks=[]"], "no benchmark to compare with"),
        (["rows.jsonl", "--out", "nowhere/clean.jsonl"], "--out nowhere/clean.jsonl: cannot write there: No such file"),
        (["rows.jsonl", "--set", "decontamination.similarity=1"], "decontamination.similarity"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(rows, arguments, message):
    done = invoke(*arguments, "--workers", "1")
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_seeds_problems_and_programs_of_a_database_are_judged(tmp_path, humaneval):
    path = tmp_path / "t.db"

    async def fill(store):
        await store.add_run(RUN)
        await store.add_seeds([replace(SEED, content=humaneval[2].prompts[0] + humaneval[2].solution)])
        await store.start_conversation(TALK)
        await store.finish_conversation(replace(TALK, status="accepted", problem="Sort.", program=CLEAN))

    with Store.open(path) as store:
        asyncio.run(fill(store))
    report = decontaminate(DecontaminationSettings(workers=1), [path])
    assert (report["rows"], report["contaminated"]) == (3, 1)
    assert report["found"][0]["row"] == f"{path}: seed {SEED.id}"


def test_the_clean_rows_may_take_the_place_of_the_file_that_they_come_from(rows):
    assert invoke(rows, "--workers", "1", "--out", rows).exit_code == 0
    assert [json.loads(line) for line in rows.read_text().splitlines()] == [{"code": CLEAN}, {"problem": "Sort."}]


def test_a_file_that_breaks_in_the_middle_leaves_no_clean_rows(tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"code": "x = 1"}\n{broken\n')
    done = invoke(tmp_path / "rows.jsonl", "--workers", "1", "--out", tmp_path / "clean.jsonl")
    assert done.exit_code == 2
    assert "rows.jsonl:2: not JSON" in done.stderr
    assert not [path for path in tmp_path.iterdir() if "clean" in path.name]


def test_rows_with_bytes_that_are_no_text_are_written_as_they_came(tmp_path):
    line = b'{"code": "caf\xe9 = 1"}\n'
    (tmp_path / "rows.jsonl").write_bytes(line)
    assert invoke(tmp_path / "rows.jsonl", "--workers", "1", "--out", tmp_path / "clean.jsonl").exit_code == 0
    assert (tmp_path / "clean.jsonl").read_bytes() == line
