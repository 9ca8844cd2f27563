from aiev.seeds.filters.near_duplicates import NearDuplicateFilter
from aiev.seeds.snippet import FUNCTION, Snippet
from aiev.similarity.near_duplicates.index import NearDuplicates

TWICE = 'def twice(numbers):\n    """Double."""\n    return [number * 2 for number in numbers if number]\n'


def snippet(content, line=1):
    return Snippet(FUNCTION, content, line, path="a.py", name="f")


def test_near_duplicates_are_dropped_with_what_they_repeat():
    judge = NearDuplicateFilter(NearDuplicates()).judge
    first = judge([snippet(TWICE, line=7), snippet(TWICE.replace("Double", "Two times"))])
    assert first[0] is None
    assert (first[1].reason, first[1].detail) == ("duplicate", "equal to a.py:7 f")
    (again,) = judge([snippet(TWICE.replace("numbers", "items").replace("number", "item"))])
    assert (again.reason, again.detail) == ("near_duplicate", "similarity 1.00 to a.py:7 f")


def test_seeds_that_are_in_the_database_pass_so_that_a_run_can_resume():
    index = NearDuplicates()
    known = snippet(TWICE)
    index.remember([("seed x of t.db", known.content, "python")])
    changed = snippet(TWICE.replace("Double", "Two times"))
    assert [drop and drop.detail for drop in NearDuplicateFilter(index, {known.id}).judge([known, changed])] == [
        None,
        "equal to seed x of t.db",
    ]
