import csv
import gzip
import json

import pytest

from aiev.errors import UsageError
from aiev.similarity.decontamination.benchmarks import WHERE, load_benchmarks
from aiev.similarity.settings import DecontaminationSettings

ROWS = {
    "mbpp": {
        "task_id": 2,
        "text": "Write a function.",
        "code": "def f(a):\n    return a",
        "test_list": ["assert f(1)"],
    },
    "bigcodebench": {
        "task_id": "BigCodeBench/0",
        "complete_prompt": "def task_func(x):\n    '''D.'''",
        "instruct_prompt": "Do.",
        "canonical_solution": "    return x",
        "entry_point": "task_func",
    },
    "ds1000": {"prompt": "Problem:\nI have", "reference_code": "df.x", "metadata": {"problem_id": 7}},
    "multipl-e": {"name": "HumanEval_0_f", "language": "rs", "prompt": "/// D.\nfn f(", "tests": "fn main() {}"},
    "multipl-e-go": {"name": "HumanEval_0_f", "language": "go_test.go", "prompt": "func f("},
    "livecodebench": {"question_id": "1873_A", "question_content": "There are", "starter_code": ""},
}
FOUND = {
    "mbpp": ("2", ("Write a function.",), "def f(a):\n    return a", "python"),
    "bigcodebench": ("BigCodeBench/0", ("def task_func(x):\n    '''D.'''", "Do."), "    return x", "python"),
    "ds1000": ("7", ("Problem:\nI have",), "df.x", "python"),
    "multipl-e": ("HumanEval_0_f", ("/// D.\nfn f(",), "", "rust"),
    "multipl-e-go": ("HumanEval_0_f", ("func f(",), "", "go"),
    "livecodebench": ("1873_A", ("There are",), "", "python"),
}


def load(*names, **fields):
    return load_benchmarks(DecontaminationSettings(benchmarks=tuple(map(str, names)), **fields))


def test_humaneval_comes_with_its_wheel():
    items = load("humaneval")
    assert len(items) == 164
    assert (items[0].benchmark, items[0].id, items[0].entry_point) == ("humaneval", "HumanEval/0", "has_close_elements")


@pytest.mark.parametrize("name", ROWS)
def test_fields_of_known_benchmarks_are_recognised(tmp_path, name):
    path = tmp_path / "rows.jsonl.gz"
    with gzip.open(path, "wt") as file:
        file.write(json.dumps(ROWS[name]) + "\n\n")
    (item,) = load(f"{name}={path}")
    assert item.benchmark == name
    assert (item.id, item.prompts, item.solution, item.language) == FOUND[name]


@pytest.mark.parametrize("name", sorted(set(WHERE) - {"humaneval"}))
def test_a_benchmark_without_a_file_says_where_to_get_it(name):
    with pytest.raises(
        UsageError, match=rf"is in no package: get .*, then name it as {name.replace('+', '.')}=FILE"
    ) as caught:
        load(name)
    assert "\n" not in str(caught.value)


def test_any_file_can_be_a_benchmark(tmp_path):
    (tmp_path / "own.json").write_text(json.dumps({"a": {"id": "a", "ask": "Sort.", "answer": "sorted"}}))
    with (tmp_path / "own.csv").open("w") as file:
        csv.writer(file).writerows([["name", "question"], ["q1", "Two\nlines"]])
    items = load(tmp_path / "own.json", prompt_fields=("ask",))
    assert [(item.benchmark, item.id, item.prompts, item.solution) for item in items] == [
        ("own", "a", ("Sort.",), "sorted")
    ]
    assert load(tmp_path / "own.csv")[0].prompts == ("Two\nlines",)


def test_parquet_is_read(tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.Table.from_pylist([ROWS["bigcodebench"]]), tmp_path / "b.parquet")
    assert load(f"b={tmp_path / 'b.parquet'}")[0].entry_point == "task_func"
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(UsageError, match=r"broken.parquet: not Parquet"):
        load(tmp_path / "broken.parquet")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.jsonl", None, "no benchmark and no file"),
        ("a.jsonl", b"{broken", "a.jsonl:1: not JSON"),
        ("a.jsonl", b"[1]", "a.jsonl:1: not JSON: a row must be an object"),
        ("a.jsonl", b"\xff\xfe", "a.jsonl:1: not JSON"),
        ("a.jsonl", b"", "holds no items"),
        ("a.jsonl", b'{"x": 1}', "no prompt and no solution in the fields x"),
        ("a.jsonl.gz", b"not gzip", "cannot be read"),
        ("a.json", b"3", "neither a list nor an object"),
        ("a.json", b"[" * 100_000, "not JSON"),
        ("a.bin", b"1", "cannot tell what"),
    ],
)
def test_bad_files_are_one_clear_line(tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=message) as caught:
        load(path)
    assert "\n" not in str(caught.value)
