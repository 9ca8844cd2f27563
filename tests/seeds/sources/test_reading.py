import pytest

from aiev.seeds.settings import SeedsSettings
from aiev.seeds.sources.reading import assumed_language, decode, read_bounded


@pytest.mark.parametrize(
    ("data", "language", "text"),
    [
        (b"\xef\xbb\xbfa\r\nb\rc", "go", "a\nb\nc"),
        ("# coding: latin-1\n'é'".encode("latin-1"), "python", "# coding: latin-1\n'é'"),
        ("'é'".encode(), "python", "'é'"),
    ],
)
def test_text_is_decoded_as_its_language_defines_and_line_ends_become_newlines(data, language, text):
    assert decode(data, language, "a") == text


@pytest.mark.parametrize(
    ("data", "reason"), [(b"\xff", "invalid_text"), (b"# coding: none-such\n", "invalid_text"), (b"a\0b", "binary")]
)
def test_what_is_no_text_is_skipped(data, reason):
    assert decode(data, "python", "a").reason == reason


def test_only_files_up_to_the_limit_are_read(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 10)
    assert read_bounded(str(tmp_path / "a"), str(tmp_path), 10) == b"x" * 10
    assert read_bounded(str(tmp_path / "a"), str(tmp_path), 9).reason == "too_large"


@pytest.mark.parametrize(("languages", "language"), [((), "python"), (("go",), "go"), (("go", "rust"), "python")])
def test_a_source_without_an_extension_is_in_the_only_wanted_language(languages, language):
    assert assumed_language(SeedsSettings(languages=languages)) == language
