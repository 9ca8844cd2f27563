import random

from aiev.seeds.extract.lines import random_lines


def test_snippets_are_one_to_fifteen_consecutive_lines_and_reproducible():
    text = "\n".join(f"line {n}" for n in range(1000))
    first = list(random_lines(text, random.Random(1)))
    assert first == list(random_lines(text, random.Random(1)))
    assert first
    for snippet in first:
        lines = snippet.content.splitlines()
        assert 1 <= len(lines) <= 15
        assert snippet.content in text


def test_equal_lines_of_two_languages_are_two_seeds():
    first, second = (next(random_lines("x = 1", random.Random(1), language)) for language in ("python", "bash"))
    assert (first.content, first.language, second.language) == ("x = 1", "python", "bash")
