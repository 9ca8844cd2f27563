"""Every kind of source gives the same seeds, and what is broken is named and passed over."""

import csv
import gzip
import io
import json
import os
import socket
import subprocess
import sys

import pyarrow as pa
import pytest
from pyarrow import parquet as pq
from support.loading import load_seeds

from aiev.errors import ConfigError, SeedError
from aiev.seeds.settings import SourceSettings
from aiev.seeds.sources import source_items
from aiev.seeds.sources.columns import Columns, parse_columns
from aiev.seeds.sources.items import SourceText
from aiev.seeds.sources.tables import hub_items, stdin_items
from aiev.seeds.writing import open_writer
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
OSS_INSTRUCT = {
    "lang": "rust",
    "raw_index": 1,
    "index": 2,
    "seed": "let x = 1;",
    "openai_fingerprint": "f",
    "problem": "Write a function.",
    "solution": "fn f() {}",
}
EVOL_INSTRUCT = {"instruction": "Sort a list in linear time.", "response": "def f(): ..."}


def git(folder, *arguments):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "numbers"
    (folder / "pkg").mkdir(parents=True)
    git(folder, "init", "-q")
    (folder / "LICENSE").write_text("Permission is hereby granted, free of charge, to any person")
    (folder / "pkg" / "twice é.py").write_text(GOOD)
    (folder / "link.py").symlink_to("/etc/passwd")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    return folder


def test_a_repository_gives_path_commit_blob_and_licence(repository):
    (repository / "pkg" / "later.py").write_text(GOOD.replace("2", "3"))
    (seed,) = load_seeds([repository]).seeds
    assert (seed.source, seed.repository, seed.licence) == ("pkg/twice é.py:1", "numbers", "MIT")
    assert seed.revision == git(repository, "rev-parse", "HEAD")
    assert seed.blob == git(repository, "hash-object", "pkg/twice é.py")


def test_a_repository_is_read_at_the_commit_that_is_named(repository):
    (repository / "pkg" / "twice é.py").write_text(GOOD.replace("2", "3"))
    git(repository, "commit", "-qam", "second")
    first = git(repository, "rev-parse", "HEAD~1")
    (seed,) = load_seeds([f"git:{repository}@HEAD~1"]).seeds
    assert (seed.content, seed.revision) == (GOOD.rstrip("\n"), first)
    bare = repository.parent / "bare.git"
    git(repository, "clone", "-q", "--bare", str(repository), str(bare))
    assert "3 * x" in load_seeds([f"git:{bare}"]).seeds[0].content
    assert "3 * x" in load_seeds([bare]).seeds[0].content


def test_a_repository_without_commits_is_a_folder_and_a_wrong_commit_an_error(repository, tmp_path):
    with pytest.raises(SeedError, match="no commit 'nowhere' in this git repository"):
        load_seeds([f"git:{repository}@nowhere"])
    with pytest.raises(SeedError, match="no git repository at"):
        load_seeds([f"git:{tmp_path / 'home'}"])
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    git(fresh, "init", "-q")
    (fresh / "a.py").write_text(GOOD)
    assert load_seeds([fresh]).seeds[0].revision == ""


def test_a_repositorys_own_hooks_and_monitors_never_run(repository):
    marker = repository.parent / "ran"
    for name in ("core.fsmonitor", "core.pager", "core.sshCommand"):
        git(repository, "config", name, f"touch {marker}; false")
    assert load_seeds([repository]).seeds
    assert not marker.exists()


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


@pytest.mark.parametrize(
    ("row", "options", "found"),
    [
        (OSS_INSTRUCT, {}, ("snippet", "rust", "let x = 1;")),
        (OSS_INSTRUCT, {"kind": "problem"}, ("problem", "rust", "Write a function.")),
        (EVOL_INSTRUCT, {}, ("problem", "python", "Sort a list in linear time.")),
        (
            {"body": "x", "tongue": "go"},
            {"columns": (("content", "body"), ("language", "tongue"))},
            ("function", "go", "x"),
        ),
        ({"code": "x = 1"}, {"rows": "snippet"}, ("snippet", "python", "x = 1")),
        ({"func_code_string": "y", "language": "java", "func_name": "A.b"}, {}, ("function", "java", "y")),
    ],
)
def test_columns_are_recognised_by_their_names(row, options, found):
    item = Columns.found_in(list(row), SourceSettings(**options)).item(row, "rows:1")
    assert (item.kind, item.language, item.text) == found
    assert item.whole


def test_a_column_that_is_none_is_refused():
    assert parse_columns(["content = body"]) == (("content", "body"),)
    for wrong in ("body", "colour=x", "content="):
        with pytest.raises(ConfigError, match="write it as content=NAME"):
            parse_columns([wrong])


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
    saved = list(hub_items(str(tmp_path / "saved"), SourceSettings()))
    assert [(item.kind, item.origin) for item in saved] == [("problem", f"hf:{tmp_path}/saved:{n}") for n in (1, 2)]
    (streamed,) = hub_items(str(tmp_path / "tables"), SourceSettings())
    assert (streamed.origin, streamed.whole) == ("src/twice.py", False)
    with pytest.raises(SeedError, match="cannot open split 'nowhere'"):
        list(hub_items(str(tmp_path / "tables"), SourceSettings(split="nowhere")))


def test_parquet_inside_of_a_folder_is_found(tmp_path):
    (tmp_path / "data" / "python").mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist([THE_STACK]), tmp_path / "data" / "python" / "train-0.parquet")
    assert len(load_seeds([tmp_path]).seeds) == 1


def test_standard_input_is_json_lines_or_one_source(capfdbinary):
    rows = io.BufferedReader(io.BytesIO(json.dumps({"code": "x"}).encode()))
    assert [item.text for item in stdin_items(SourceSettings(), rows)] == ["x"]
    source = io.BufferedReader(io.BytesIO(b"func F() {}\n"))
    (item,) = stdin_items(SourceSettings(languages=("go",)), source)
    assert (item.whole, item.language) == (False, "go")


def test_a_database_that_was_built_is_a_source_again(tmp_path):
    (tmp_path / "a.py").write_text(GOOD)
    (seed,) = load_seeds([tmp_path / "a.py"]).seeds
    for name in ("seeds.db", "seeds.jsonl", "seeds.jsonl.gz", "seeds.parquet"):
        with open_writer(tmp_path / name) as writer:
            writer.add([seed])
        assert load_seeds([tmp_path / name]).seeds == (seed,), name
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_writer_that_fails_leaves_nothing_behind(tmp_path):
    with pytest.raises(RuntimeError), open_writer(tmp_path / "seeds.jsonl"):
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def skipped(source, **options):
    items = list(source_items([str(source)], SourceSettings(**options)))
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
    assert skipped(path, max_row_bytes=10_000) == [("too_large", "rows.jsonl:1")]
    items = list(source_items([str(path)], SourceSettings(max_row_bytes=10_000)))
    assert [item.text for item in items if isinstance(item, SourceText)] == ["y"]
    table = tmp_path / "rows.csv"
    table.write_text("code\n" + "x" * 50_000 + "\ny\n")
    assert skipped(table, max_row_bytes=10_000) == [("too_large", "rows.csv, line 2")]


def test_a_file_of_one_endless_line_costs_no_memory(tmp_path):
    path = tmp_path / "one.jsonl"
    with path.open("wb") as file:
        file.truncate(300_000_000)  # sparse: no newline, no disk
    code = (
        "import resource, sys\n"
        "from aiev.seeds.settings import SourceSettings\n"
        "from aiev.seeds.sources import source_items\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print([item.reason for item in source_items([sys.argv[1]], SourceSettings())])\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    reasons, grown = done.stdout.splitlines()
    assert reasons == "['too_large']"
    assert int(grown) < 100
    path.rename(tmp_path / "one.py")
    (tmp_path / "good.py").write_text(GOOD)
    assert load_seeds([tmp_path]).funnel.passed_over["too_large"] == 1


def test_pipes_sockets_loops_and_ways_out_are_named_and_never_block(tmp_path):
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "good.py").write_text(GOOD)
    os.mkfifo(tree / "pipe.py")
    (tree / "self.py").symlink_to("self.py")
    (tree / "a").symlink_to(tree / "b")
    (tree / "b").symlink_to(tree / "a")
    (tree / "up").symlink_to(tree)
    (tree / "zero.py").symlink_to("/dev/zero")
    (tmp_path / "secret.py").write_text(GOOD.replace("2", "9"))
    (tree / "out.py").symlink_to(tmp_path / "secret.py")
    (tree / "binary.py").write_bytes(b"x = 1\0")
    (tree / "latin.py").write_bytes(b"x = '\xff'\n")
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(tree)
        server.bind("socket.py")
        found = load_seeds([tree])
    assert len(found.seeds) == 1
    assert found.funnel.passed_over == {
        "not_a_file": 1,
        "unreadable": 2,
        "link_outside": 2,
        "binary": 1,
        "invalid_text": 1,
        "not_source": 2,
    }
    named = "\n".join(found.funnel.skipped)
    for name in ("pipe.py", "self.py", "zero.py", "out.py", "binary.py", "latin.py", "socket.py"):
        assert name in named
    assert found.funnel.faults == len(found.funnel.skipped) == 7
    assert skipped(tree / "pipe.py") == [("not_a_file", str(tree / "pipe.py"))]


def test_a_source_says_its_own_encoding(tmp_path):
    text = '# -*- coding: latin-1 -*-\ndef f(x):\n    """Größe."""\n    return x + 1\n'
    (tmp_path / "a.py").write_bytes(text.encode("latin-1"))
    (tmp_path / "b.py").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    contents = {seed.content for seed in load_seeds([tmp_path]).seeds}
    assert contents == {GOOD.rstrip("\n"), text.partition("\n")[2].rstrip("\n")}
