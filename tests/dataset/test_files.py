import sys

import pytest
from support.exports import ALL, contents

from aiev.errors import SetupError


@pytest.mark.parametrize(("kind", "module"), [("parquet", "pyarrow"), ("hf", "datasets")])
def test_the_same_dialogues_give_the_same_bytes_in_every_kind_of_file(tmp_path, exported, kind, module):
    pytest.importorskip(module, reason="needs the extra export")
    formats = [f"{shape}:{kind}" for shape in ALL]
    exported(*formats, settings=["failures=true"], out="first")
    exported(*formats, settings=["failures=true"], out="again")
    assert len(contents(tmp_path / "first")) > 2 * len(ALL)
    assert contents(tmp_path / "again") == contents(tmp_path / "first")


@pytest.mark.parametrize("shape", ALL)
def test_parquet_and_hugging_face_hold_the_rows_of_json_lines(tmp_path, exported, rows, shape):
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra export")
    datasets = pytest.importorskip("datasets", reason="needs the extra export")
    exported(shape, out="lines")
    exported(f"{shape}:parquet", out="columns")
    exported(f"{shape}:hf", out="folder")
    wanted = rows(f"{shape}/train.jsonl", out="lines")
    found = parquet.read_table(tmp_path / f"columns/{shape}/train.parquet").to_pylist()
    loaded = datasets.load_from_disk(tmp_path / f"folder/{shape}/train.hf").to_list()
    if shape == "openai":  # JSON has no weight where Arrow has null
        for row in [*found, *loaded]:
            row["messages"] = [{k: v for k, v in turn.items() if v is not None} for turn in row["messages"]]
    assert wanted
    assert found == wanted
    assert loaded == wanted


def test_many_rows_are_written_in_groups(tmp_path, exported, monkeypatch):
    monkeypatch.setattr("aiev.dataset.files.parquet.GROUP", 10)
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra export")
    result = exported("parquet", settings=["split.test_share=0"])
    assert result.rows["messages/train.parquet"] == 28
    assert parquet.ParquetFile(tmp_path / "out/messages/train.parquet").num_row_groups == 3


@pytest.mark.parametrize(("kind", "module"), [("parquet", "pyarrow"), ("hf", "datasets")])
def test_a_missing_extra_is_one_line(tmp_path, exported, monkeypatch, kind, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SetupError, match=rf"needs {module}; install it with: pip install 'aiev\[export\]'"):
        exported(kind)
    assert not (tmp_path / "out").exists()
