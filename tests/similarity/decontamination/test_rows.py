import json

import pytest

from aiev.errors import UsageError
from aiev.similarity.decontamination.rows import rows_of


def texts(tmp_path, row, **options):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row) + "\n")
    return next(row.texts for row in rows_of([path], **options))


def test_fields_of_prose_are_text_and_others_code(tmp_path):
    assert texts(tmp_path, {"problem": "Sort.", "code": "x = 1"}) == (("Sort.", "text"), ("x = 1", "python"))


def test_a_row_says_its_language_or_the_caller_does(tmp_path):
    assert texts(tmp_path, {"code": "x", "lang": "js"}) == (("x", "javascript"), ("js", "javascript"))
    assert texts(tmp_path, {"code": "x"}, language="go") == (("x", "go"),)


def test_code_in_fences_counts_for_itself_too(tmp_path):
    answer = "So:\n```js\nlet x;\n```"
    assert texts(tmp_path, {"messages": [{"role": "assistant", "content": answer}]}) == (
        (answer, "text"),
        ("let x;", "javascript"),
    )


def test_only_the_named_fields_are_read(tmp_path):
    assert texts(tmp_path, {"problem": "Sort.", "code": "x = 1"}, fields=["code"]) == (("x = 1", "python"),)


def test_a_row_without_text_is_an_error_that_names_it(tmp_path):
    with pytest.raises(UsageError, match=r"rows.jsonl:1: no text in any field"):
        texts(tmp_path, {"n": 3})
