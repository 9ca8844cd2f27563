"""Which files are passed over before anything is taken out of them."""

import pytest

from aiev.seeds.funnel import Funnel
from aiev.seeds.settings import FiltersSettings, SeedsSettings
from aiev.seeds.snippet import FUNCTION, Snippet
from aiev.seeds.sources.item_reader import ItemReader
from aiev.seeds.sources.items import FileItem, SourceText


def read(items, *applied, licences=(), **seeds):
    funnel = Funnel()
    reader = ItemReader(SeedsSettings(**seeds), FiltersSettings(licences=licences), applied)
    found = list(reader.read(items, funnel))
    return [getattr(item, "origin", "") or item.path for item in found], dict(funnel.passed_over)


@pytest.mark.parametrize(
    ("text", "applied", "reason"),
    [
        (SourceText("x = 1", "tests/a.py"), "test_files", "test_file"),
        (SourceText("# @generated\nx = 1", "a.py"), "generated", "generated"),
        (SourceText("x = 1", "a.py", "GPL-3.0-only"), "licence", "licence_not_allowed"),
    ],
)
def test_a_file_that_a_filter_would_drop_whole_is_passed_over(text, applied, reason):
    assert read([text], applied, licences=("MIT",)) == ([], {reason: 1})
    assert read([text], "size", licences=("MIT",)) == ([text.origin], {})


def test_a_row_that_is_a_snippet_is_left_to_its_own_filters():
    row = Snippet(FUNCTION, "x = 1", path="tests/a.py", licence="GPL-3.0-only")
    assert read([row], "test_files", "licence", licences=("MIT",)) == (["tests/a.py"], {})


def test_a_test_that_the_user_names_is_read(tmp_path):
    path = tmp_path / "test_a.py"
    path.write_text("x = 1")
    items = [FileItem(str(path), path.name, str(tmp_path), named=named) for named in (True, False)]
    assert read(items, "test_files") == (["test_a.py"], {"test_file": 1})


def test_other_languages_than_the_wanted_ones_are_not_opened():
    items = [FileItem("/nowhere/a.go", "a.go", "/nowhere"), SourceText("x", "b.rs", language="rust")]
    assert read(items, languages=("python",)) == ([], {"unwanted_language": 2})
