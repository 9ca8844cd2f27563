import gzip
import json
import sys
from dataclasses import replace

import pytest
from support.loading import load_seeds

from aiev.errors import SetupError, UsageError
from aiev.seeds.writing import check_ending, open_writer
from aiev.store.reading.texts import TextReader
from aiev.store.records import SeedRecord

GOOD = 'def twice(x):\n    """Return 2 * x."""\n    return 2 * x\n'


SEED = SeedRecord("s1", "function", "python", "x = 'é\u2028'", "a.py:1", "MIT", "f")


def test_a_database_that_was_built_is_a_source_again(tmp_path):
    (tmp_path / "a.py").write_text(GOOD)
    (seed,) = load_seeds([tmp_path / "a.py"]).seeds
    for name in ("seeds.db", "seeds.jsonl", "seeds.jsonl.gz", "seeds.parquet"):
        with open_writer(tmp_path / name) as write:
            write([seed])
        assert load_seeds([tmp_path / name]).seeds == (seed,), name
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_writer_that_fails_leaves_nothing_behind(tmp_path):
    with pytest.raises(RuntimeError), open_writer(tmp_path / "seeds.jsonl"):
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize("name", ["seeds", "seeds.txt", "seeds.csv", "seeds.json", "seeds.gz", "jsonl"])
def test_an_ending_that_is_none_of_ours_is_refused_with_those_there_are(tmp_path, name):
    with pytest.raises(UsageError, match=r"\.jsonl, \.jsonl\.gz, \.parquet, \.db"):
        check_ending(tmp_path / name)
    with pytest.raises(UsageError, match="the ending says"), open_writer(tmp_path / name):
        pass
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["seeds.jsonl", "seeds.parquet", "seeds.db"])
def test_a_folder_that_is_not_there_is_named_and_not_made(tmp_path, name):
    with pytest.raises(UsageError, match=r"there is no folder .*none"), open_writer(tmp_path / "none" / name):
        pass
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("taken.jsonl", "Is a directory"), ("taken.parquet", ""), (f"{'x' * 250}.jsonl", "File name too long")],
)
def test_a_place_that_cannot_be_written_is_one_line_with_its_reason(tmp_path, name, reason):
    for ending in ("jsonl", "parquet"):
        (tmp_path / f".taken.{ending}.part").mkdir()
    with pytest.raises(UsageError, match=f"{name}: cannot write there: .*{reason}"), open_writer(tmp_path / name):
        pass


def test_without_pyarrow_parquet_is_refused_with_the_extra_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    words = r"writing Parquet needs pyarrow; .*'aiev\[seeds\]'"
    with pytest.raises(SetupError, match=words), open_writer(tmp_path / "seeds.parquet"):
        pass
    assert not [path for path in tmp_path.iterdir() if path.suffix in {".parquet", ".part"}]


def test_an_earlier_file_stays_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.write_text("earlier")
    with pytest.raises(TypeError), open_writer(path) as write:
        write([SEED, None])
    assert path.read_text() == "earlier"
    with open_writer(path) as write:
        write([SEED])
        assert path.read_text() == "earlier"
    assert json.loads(path.read_text())["id"] == "s1"


def test_a_database_keeps_the_seeds_that_it_has(tmp_path):
    for content in ("first", "second"):
        with open_writer(tmp_path / "seeds.db") as write:
            write([replace(SEED, content=content), replace(SEED, id=f"s-{content}")])
    with TextReader.open(tmp_path / "seeds.db") as reader:
        found = {seed.id: seed.content for seed in reader.seeds()}
    assert found == {"s1": "first", "s-first": SEED.content, "s-second": SEED.content}


def test_packed_lines_hold_each_seed_once_in_the_order_of_writing(tmp_path):
    with open_writer(tmp_path / "seeds.jsonl.gz") as write:
        write([SEED])
        write([replace(SEED, id="s2"), replace(SEED, id="s3")])
    lines = gzip.decompress((tmp_path / "seeds.jsonl.gz").read_bytes()).decode().split("\n")
    assert [json.loads(line)["id"] for line in lines[:-1]] == ["s1", "s2", "s3"]
    assert json.loads(lines[0])["content"] == SEED.content


def test_bytes_that_are_no_text_are_written_as_they_came_but_never_break_parquet(tmp_path):
    odd = replace(SEED, content="caf\udce9 = 1")
    with open_writer(tmp_path / "seeds.jsonl") as write:
        write([odd])
    assert b"caf\xe9 = 1" in (tmp_path / "seeds.jsonl").read_bytes()
    with open_writer(tmp_path / "seeds.parquet") as write:
        write([odd])
    (seed,) = load_seeds([tmp_path / "seeds.parquet"], filters=()).seeds
    assert seed.content.startswith("caf")
    assert seed.content.isprintable()
