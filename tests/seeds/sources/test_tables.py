"""Tables as sources: their rows become seeds with provenance, and what is broken is named and passed over."""

import csv
import gzip
import io
import json
import subprocess
import sys

import pyarrow as pa
import pytest
from pyarrow import parquet as pq
from support.loading import load_seeds

from aiev.errors import SeedError, SetupError
from aiev.seeds.settings import SeedsSettings
from aiev.seeds.snippet import Snippet
from aiev.seeds.sources.items import SourceText
from aiev.seeds.sources.named import source_items
from aiev.seeds.sources.tables import hub_items, stdin_items
from aiev.tables.row import Skipped

GOOD = 'def twice(x):\n    """Return 2 * x."""\n    return 2 * x\n'

THE_STACK = {
    "content": f"import re\n\n\n{GOOD}",
    "lang": "Python",
    "ext": "py",
    "max_stars_repo_path": "src/twice.py",
    "max_stars_repo_name": "someone/numbers",
    "max_stars_repo_licenses": ["MIT", "Apache-2.0"],
    "max_stars_repo_head_hexsha": "c0ffee",
    "hexsha": "beef",
}

EVOL_INSTRUCT = {"instruction": "Sort a list in linear time.", "response": "def f(): ..."}


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "parquet"])
def test_a_file_row_of_the_stack_is_extracted_from_with_its_provenance(tmp_path, ending):
    path = tmp_path / f"data.{ending}"
    if ending == "parquet":
        pq.write_table(pa.Table.from_pylist([THE_STACK]), path)
    else:
        packed = gzip.compress if ending.endswith("gz") else bytes
        path.write_bytes(packed(json.dumps(THE_STACK).encode()))
    (seed,) = load_seeds([path]).seeds
    assert (seed.kind, seed.name, seed.content) == ("function", "twice", GOOD.rstrip("\n"))
    assert (seed.source, seed.repository, seed.licence) == ("src/twice.py:4", "someone/numbers", "MIT OR Apache-2.0")
    assert (seed.revision, seed.blob) == ("c0ffee", "beef")


def test_csv_rows_may_hold_many_lines(tmp_path):
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["code", "lang", "license"], [GOOD, "python", "MIT"], ["", "go", ""]])
    found = load_seeds([path])
    assert [(seed.content, seed.licence, seed.source) for seed in found.seeds] == [(GOOD, "MIT", "rows.csv:1")]
    assert found.funnel.passed_over == {"no_content": 1}


def test_a_saved_dataset_and_a_folder_of_parquet_are_read_as_hub_datasets_are(tmp_path):
    datasets = pytest.importorskip("datasets")
    datasets.Dataset.from_list([EVOL_INSTRUCT] * 2).save_to_disk(tmp_path / "saved")
    (tmp_path / "tables").mkdir()
    pq.write_table(pa.Table.from_pylist([THE_STACK]), tmp_path / "tables" / "train.parquet")
    saved = list(hub_items(str(tmp_path / "saved"), SeedsSettings()))
    assert [(item.kind, item.path) for item in saved] == [("problem", f"hf:{tmp_path}/saved:{n}") for n in (1, 2)]
    (streamed,) = hub_items(str(tmp_path / "tables"), SeedsSettings())
    provenance = ("src/twice.py", "MIT OR Apache-2.0", "python", "someone/numbers", "c0ffee", "beef")
    assert streamed == SourceText(THE_STACK["content"], *provenance)
    with pytest.raises(SeedError, match="cannot open split 'nowhere'"):
        list(hub_items(str(tmp_path / "tables"), SeedsSettings(split="nowhere")))


def test_parquet_inside_of_a_folder_is_found(tmp_path):
    (tmp_path / "data" / "python").mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist([THE_STACK]), tmp_path / "data" / "python" / "train-0.parquet")
    assert len(load_seeds([tmp_path]).seeds) == 1


def test_standard_input_is_json_lines_or_one_source(capfdbinary):
    rows = io.BufferedReader(io.BytesIO(json.dumps({"code": "x"}).encode()))
    assert [item.content for item in stdin_items(SeedsSettings(), rows)] == ["x"]
    source = io.BufferedReader(io.BytesIO(b"func F() {}\n"))
    (item,) = stdin_items(SeedsSettings(languages=("go",)), source)
    assert item == SourceText("func F() {}\n", "stdin", language="go")


def test_without_the_library_a_hub_dataset_is_refused_with_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(SetupError, match=r"^hf:some/set needs datasets; .*'aiev\[seeds\]'$"):
        list(hub_items("some/set", SeedsSettings()))


def test_a_saved_dataset_of_several_splits_is_read_by_its_split(tmp_path):
    datasets = pytest.importorskip("datasets")
    made = {name: datasets.Dataset.from_list([{"code": name}]) for name in ("train", "test")}
    datasets.DatasetDict(made).save_to_disk(tmp_path / "both")
    for name in made:
        (item,) = hub_items(str(tmp_path / "both"), SeedsSettings(split=name))
        assert item.content == name
    with pytest.raises(SeedError, match="cannot open split 'dev': KeyError"):
        list(hub_items(str(tmp_path / "both"), SeedsSettings(split="dev")))


@pytest.mark.parametrize(
    ("data", "reason"), [(b"x = 1\n" * 200_000, "too_large"), (b"\x00\x01\x02" * 100, "binary"), (b"", "")]
)
def test_standard_input_that_is_no_source_is_passed_over_with_its_reason(data, reason):
    items = list(stdin_items(SeedsSettings(max_file_kib=512), io.BytesIO(data)))
    assert [item.reason for item in items if isinstance(item, Skipped)] == ([reason] if reason else [])
    assert all(item.where == "stdin" for item in items if isinstance(item, Skipped))


@pytest.mark.parametrize(
    "data",
    [
        b'\xef\xbb\xbf{"code": "x"}\n{"code": "y"}\n',
        b'\xef\xbb\xbf\r\n\r\n{"code": "x"}\r\n\r\n{"code": "y"}',
        b'[{"code": "x"}, {"code": "y"}]',
        b'\xef\xbb\xbf\n[\n  {"code": "x"},\n  {"code": "y"}\n]\n',
    ],
)
def test_rows_on_standard_input_are_read_with_what_may_stand_before_them(data):
    stream = io.BytesIO(data)
    assert [item.content for item in stdin_items(SeedsSettings(), stream)] == ["x", "y"]


def skipped(source, **options):
    items = list(source_items([str(source)], SeedsSettings(**options)))
    return [(item.reason, item.where) for item in items if isinstance(item, Skipped)]


def test_a_broken_table_is_named_and_ends(tmp_path):
    whole = tmp_path / "whole.parquet"
    pq.write_table(pa.Table.from_pylist([THE_STACK] * 1000), whole)
    for name, data in {
        "cut.parquet": whole.read_bytes()[:-100],
        "text.parquet": b"hello",
        "empty.parquet": b"",
    }.items():
        (tmp_path / name).write_bytes(data)
        assert skipped(tmp_path / name) == [("broken_table", name)]
    (tmp_path / "not.db").write_bytes(b"hello, this is no database at all" * 100)
    assert skipped(tmp_path / "not.db") == [("broken_table", "not.db")]
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b'{"code": "x"}\n' * 9999)[:-20])
    assert ("unreadable", "cut.jsonl.gz") in skipped(tmp_path / "cut.jsonl.gz")


def test_a_row_that_is_too_long_is_passed_over_and_the_next_one_read(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"code": "x" * 50_000}) + "\n" + json.dumps({"code": "y"}))
    assert skipped(path, max_row_kib=10) == [("too_large", "rows.jsonl:1")]
    items = list(source_items([str(path)], SeedsSettings(max_row_kib=10)))
    assert [item.content for item in items if isinstance(item, Snippet)] == ["y"]
    table = tmp_path / "rows.csv"
    table.write_text("code\n" + "x" * 50_000 + "\ny\n")
    assert skipped(table, max_row_kib=10) == [("too_large", "rows.csv, line 2")]


def test_a_file_of_one_endless_line_costs_no_memory(tmp_path):
    path = tmp_path / "one.jsonl"
    with path.open("wb") as file:
        file.truncate(300_000_000)  # sparse: no newline, no disk
    code = (
        "import resource, sys\n"
        "from aiev.seeds.settings import SeedsSettings\n"
        "from aiev.seeds.sources.named import source_items\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print([item.reason for item in source_items([sys.argv[1]], SeedsSettings())])\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    reasons, grown = done.stdout.splitlines()
    assert reasons == "['too_large']"
    assert int(grown) < 100
    path.rename(tmp_path / "one.py")
    (tmp_path / "good.py").write_text(GOOD)
    assert load_seeds([tmp_path]).funnel.passed_over["too_large"] == 1
