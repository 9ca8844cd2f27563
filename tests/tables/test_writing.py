"""What is written as a row is one line for every reader."""

import json

import pytest

from aiev.tables.read import read_rows
from aiev.tables.writing import json_line

MARKS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


@pytest.mark.parametrize("text", [*MARKS, MARKS, "é 漢字 \U0001f600", "a\r\nb\nc", 'he said: "\\u2028"'])
def test_a_row_is_one_line_also_for_readers_that_cut_at_other_marks(tmp_path, text):
    row = {"code": text, "nested": [{text: text}]}
    line = json_line(row)
    assert [json.loads(part) for part in line.splitlines()] == [row]
    (tmp_path / "rows.jsonl").write_text(line * 2, encoding="utf-8")
    assert [found.fields for found in read_rows(tmp_path / "rows.jsonl")] == [row, row]


def test_text_stays_readable():
    assert json_line({"a": "é 漢字"}) == '{"a": "é 漢字"}\n'
