"""Every kind of table gives its rows, and what cannot be read is named with its line."""

import csv
import gzip
import io
import json
import os

import pytest

from aiev.errors import UsageError
from aiev.tables.read import is_table, read_rows, scan_table
from aiev.tables.row import Row, Skipped

ROWS = [{"code": "x = 1", "language": "python"}, {"code": "a\nb\u2028c\x0b\x85d", "language": "go"}]


def json_lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def as_csv(rows, delimiter):
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, ["code", "language"], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


FORMS = {
    "jsonl": json_lines(ROWS),
    "ndjson": json_lines(ROWS),
    "json": json.dumps(ROWS).encode(),
    "csv": as_csv(ROWS, ","),
    "tsv": as_csv(ROWS, "\t"),
}


@pytest.fixture
def write(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return write


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize("kind", FORMS)
def test_text_tables_give_their_rows_also_when_packed(write, kind, packed):
    path = write(f"rows.{kind}{packed}", FORMS[kind])
    assert list(read_rows(path)) == [(f"{path}:1", ROWS[0]), (f"{path}:2", ROWS[1])]


@pytest.mark.parametrize("kind", FORMS)
def test_a_byte_order_mark_and_windows_line_ends_are_accepted(write, kind):
    plain = {"json": json.dumps, "csv": lambda rows: as_csv(rows, ",").decode().replace("\r", "")}
    plain |= {"tsv": lambda rows: as_csv(rows, "\t").decode().replace("\r", "")}
    text = plain.get(kind, lambda rows: json_lines(rows).decode())(ROWS[:1] * 2)
    path = write(f"rows.{kind}", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert [row.fields for row in read_rows(path)] == ROWS[:1] * 2


def test_blank_lines_count_but_give_no_row(write):
    path = write("rows.jsonl", b'\n{"a": 1}\n  \r\n{"a": 2}')
    assert [row.where for row in read_rows(path)] == [f"{path}:2", f"{path}:4"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": {"x": 1}, "b": {"x": 2}}', [1, 2]),
        ('{\n  "a": {"x": 1},\n  "b": {"x": 2}\n}', [1, 2]),
        ('{"x": 1}\n{"x": 2}\n', [1, 2]),
        ('{"x": 1}', [1]),
        ('\ufeff\n\n{"x": 1}\n\n{"x": 2}\n', [1, 2]),
        ('{"x": 1, "y": {}}\n{"x": 2, "y": {}}', [1, 2]),
        ('\r\n[\r\n{"x": 1},\r\n{"x": "\\u2028"}]', [1, "\u2028"]),
        ("[]", []),
        ("{}", []),
    ],
)
def test_json_is_a_list_or_rows_by_name_or_json_lines(write, text, found):
    assert [row.fields["x"] for row in read_rows(write("rows.json", text.encode()))] == found


def test_json_lines_whose_rows_hold_rows_alone_are_rows_all_the_same(write):
    path = write("rows.json", b'{"a": {"x": 1}}\n{"a": {"x": 2}}\n')
    assert [row.fields for row in read_rows(path)] == [{"a": {"x": 1}}, {"a": {"x": 2}}]


def test_files_that_were_put_together_may_have_marks_in_the_middle(write):
    path = write("rows.jsonl", b'\xef\xbb\xbf{"x": 1}\n\xef\xbb\xbf\n\xef\xbb\xbf{"x": 2}')
    assert [row.fields for row in read_rows(path)] == [{"x": 1}, {"x": 2}]


@pytest.mark.parametrize("batches", [[3], [300, 200]])
def test_parquet_rows_are_numbered_over_all_row_groups_and_only_wanted_columns_read(tmp_path, batches):
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "rows.parquet"
    with parquet.ParquetWriter(path, pa.schema([("a", pa.int64()), ("b", pa.string())])) as writer:
        for size in batches:
            writer.write_table(pa.table({"a": list(range(size)), "b": ["x"] * size}))
    rows = list(scan_table(path, "t", wanted=lambda names: names[:1]))
    assert [row.where for row in rows] == [f"t:{n}" for n in range(1, sum(batches) + 1)]
    assert rows[-1].fields == {"a": batches[-1] - 1}


@pytest.mark.parametrize(
    ("name", "data", "reason", "message"),
    [
        ("a.jsonl", b'{"x": 1}\n{broken\n{"x": 2}', "not_json", r"a.jsonl:2: not JSON: "),
        ("a.jsonl", b'{"x": 1}\n[1]\n{"x": 2}', "not_json", r"a.jsonl:2: not JSON: a row must be an object in braces"),
        ("a.jsonl", b'{"x": 1}\n' + b"[" * 100_000 + b'\n{"x": 2}', "not_json", r"a.jsonl:2: not JSON: "),
        (
            "a.jsonl",
            b'{"x": 1}\n"%s"\n{"x": 2}' % (b"x" * 200),
            "too_large",
            "a.jsonl:2: too large: ",
        ),
        ("a.json", b'[{"x": 1}, 3, {"x": 2}]', "not_json", r"a.json:2: not JSON: a row must be an object"),
        ("a.csv", b"x\n1\n" + b"y" * 200 + b"\n2\n", "too_large", "a.csv, line 3: too large: more than 90 bytes"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_others_are_read(write, name, data, reason, message):
    path = write(name, data)
    limit = 90 if reason == "too_large" else 200_000
    found = list(scan_table(path, max_row_bytes=limit))
    assert [row.reason for row in found if isinstance(row, Skipped)] == [reason]
    assert [int(row.fields["x"]) for row in found if isinstance(row, Row)] == [1, 2]
    with pytest.raises(UsageError, match=message) as caught:
        list(read_rows(path, max_row_bytes=limit))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.json", b"3", "a.json: not JSON: neither a list nor an object"),
        ("a.json", b"", "a.json: not JSON"),
        ("a.json", b'[\n {"x": 1},\n {"x": 2,}\n]', r"a.json:3: not JSON: .* at column 10"),
        ("a.jsonl", '{"x": 1}\n'.encode("utf-16"), "a.jsonl:1: not JSON: UTF-16 text; save it as UTF-8"),
        ("a.jsonl", b'[{"x": 1}]', "a.jsonl:1: not JSON: .*; an array of rows is a .json file"),
        ("a.csv", b'x\n"' + b"y\n" * 100_001 + b'"', "a.csv:.*: not CSV: field larger than field limit"),
        ("a.parquet", b"PAR1 no", "a.parquet: not Parquet"),
        ("a.bin", b"1", "cannot tell what .*a.bin holds"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_one_clear_line(write, name, data, message):
    with pytest.raises(UsageError, match=message) as caught:
        list(read_rows(write(name, data), max_row_bytes=200_000))
    assert "\n" not in str(caught.value)


def test_a_file_that_breaks_off_gives_what_was_read(tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"x": "1"}\n' * 99_999)[:-20])
    *rows, last = scan_table(tmp_path / "a.jsonl.gz", "a")
    assert len(rows) > 1000
    assert (last.reason, last.where) == ("unreadable", "a")
    (tmp_path / "b.jsonl.gz").write_bytes(b"not gzip")
    with pytest.raises(UsageError, match=r"b.jsonl.gz: cannot be read: Not a gzipped file"):
        list(read_rows(tmp_path / "b.jsonl.gz"))


def test_what_is_no_file_never_blocks(tmp_path):
    os.mkfifo(tmp_path / "a.jsonl")
    for name, message in {"a.jsonl": "not a file: a pipe", "none.csv": "cannot be read: No such file"}.items():
        with pytest.raises(UsageError, match=f"{name}: {message}"):
            list(read_rows(tmp_path / name))


def test_bytes_that_are_not_utf_8_do_not_lose_a_row(write):
    (row,) = read_rows(write("a.jsonl", b'{"x": "caf\xe9"}'))
    assert row.fields == {"x": "caf\udce9"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.JSONL", True),
        ("a.csv.gz", True),
        ("a.parquet", True),
        ("a.parquet.gz", False),
        ("a.py", False),
        ("gz", False),
    ],
)
def test_the_ending_tells_a_table(tmp_path, name, expected):
    assert is_table(tmp_path / name) is expected
