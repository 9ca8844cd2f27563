"""Parquet as a table: a batch at a time, and what cannot be read is named."""

import sys

import pytest

from aiev.errors import SetupError
from aiev.tables import parquet as module
from aiev.tables.read import scan_table
from aiev.tables.row import Row, Skipped

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def groups(tmp_path):
    """A file of two row groups with three rows each."""
    path = tmp_path / "two.parquet"
    pq.write_table(pa.table({"n": list(range(6)), "text": ["é" * 50] * 6}), path, row_group_size=3)
    return path


def test_without_pyarrow_the_error_names_the_file_and_the_extra(groups, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SetupError, match=r"^two: reading Parquet needs pyarrow; .*pip install 'aiev\[seeds\]'$"):
        list(scan_table(groups, "two"))


def test_a_row_group_too_large_for_memory_is_named_and_the_next_one_keeps_its_numbers(tmp_path, monkeypatch):
    path = tmp_path / "two.parquet"
    schema = pa.schema([("text", pa.string())])
    with pq.ParquetWriter(path, schema, use_dictionary=False, compression="none") as writer:
        writer.write_table(pa.table({"text": [f"{n}" * 5000 for n in range(3)]}))
        writer.write_table(pa.table({"text": ["small"]}))
    monkeypatch.setattr(module, "_MAX_GROUP_BYTES", 10_000)
    skipped, row = scan_table(path, "two")
    assert isinstance(skipped, Skipped)
    assert (skipped.reason, skipped.where) == ("too_large", "two, row group 0")
    assert row == Row("two:4", {"text": "small"})


def test_a_file_without_rows_gives_none(tmp_path):
    pq.write_table(pa.table({"n": pa.array([], pa.int64())}), tmp_path / "empty.parquet")
    assert list(scan_table(tmp_path / "empty.parquet")) == []


def test_a_file_that_breaks_off_is_one_skipped_table_with_a_reason_in_one_line(groups):
    groups.write_bytes(groups.read_bytes()[:-40])
    (skipped,) = scan_table(groups, "two")
    assert (skipped.reason, skipped.where) == ("broken_table", "two")
    assert skipped.detail
    assert "\n" not in skipped.detail


def test_nested_values_and_nulls_come_as_plain_python(tmp_path):
    rows = [{"messages": [{"role": "user", "content": "hi"}], "n": None}, {"messages": None, "n": 2}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "nested.parquet")
    assert [row.fields for row in scan_table(tmp_path / "nested.parquet")] == rows
