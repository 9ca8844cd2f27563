import json

import pytest
from support.loading import load_seeds

from aiev.errors import ConfigError
from aiev.seeds.settings import SeedsSettings
from aiev.seeds.sources.columns import Columns, named_columns

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


@pytest.mark.parametrize(
    ("row", "options", "found"),
    [
        (OSS_INSTRUCT, {}, ("snippet", "rust", "let x = 1;")),
        (OSS_INSTRUCT, {"kind": "problem"}, ("problem", "rust", "Write a function.")),
        (EVOL_INSTRUCT, {}, ("problem", "python", "Sort a list in linear time.")),
        ({"prompt": "Sort.", "text": "x", "id": 3}, {"kind": "problem"}, ("problem", "python", "Sort.")),
        ({"text": "Sort.", "code": "x = 1"}, {"kind": "problem"}, ("problem", "python", "Sort.")),
        ({"content": "x = 1", "id": 3}, {"kind": "problem"}, ("function", "python", "x = 1")),
        (
            {"body": "x", "tongue": "go"},
            {"columns": ("content=body", "language=tongue")},
            ("function", "go", "x"),
        ),
        ({"code": "x = 1"}, {"rows": "snippet"}, ("snippet", "python", "x = 1")),
        ({"func_code_string": "y", "language": "java", "func_name": "A.b"}, {}, ("function", "java", "y")),
    ],
)
def test_columns_are_recognised_by_their_names(row, options, found):
    item = Columns.found_in(list(row), SeedsSettings(**options)).item(row, "rows:1")
    assert (item.kind, item.language, item.content) == found


@pytest.mark.parametrize("column", ["name", "task_id", "id"])
def test_a_problem_is_called_by_its_id_where_it_has_no_name(column):
    row = {"problem": "Sort.", column: 12}
    assert Columns.found_in(list(row), SeedsSettings(kind="problem")).item(row, "rows:1").name == "12"


def test_a_column_that_is_none_is_refused():
    assert named_columns(["content = body"]) == {"content": "body"}
    for wrong in ("body", "colour=x", "content="):
        with pytest.raises(ConfigError, match="write it as content=NAME"):
            named_columns([wrong])


def test_a_row_names_its_language_by_any_of_its_names_and_is_python_without(tmp_path):
    rows = [{"code": "a", "language": "C++"}, {"code": "b", "lang": "golang"}, {"code": "c"}]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in [*rows, {"code": "d", "language": "cobol"}]))
    found = load_seeds([path])
    assert {(seed.content, seed.language) for seed in found.seeds} == {("a", "cpp"), ("b", "go"), ("c", "python")}
    (skipped,) = found.funnel.skipped
    assert "rows.jsonl:4: other_language: language 'cobol' is none of python, javascript" in skipped
