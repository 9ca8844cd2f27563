import pytest

from aiev.dataset.outputs import parse_output
from aiev.errors import UsageError


@pytest.mark.parametrize("text", ["csv", "messages:csv", "", ":jsonl", "hf:hf"])
def test_an_unknown_format_is_named_with_those_there_are(text):
    with pytest.raises(UsageError, match=r"unknown format .* messages, openai"):
        parse_output(text)


def test_a_shape_cannot_be_written_twice_into_one_folder(exported):
    with pytest.raises(UsageError, match="asked for twice"):
        exported("messages", "parquet")
