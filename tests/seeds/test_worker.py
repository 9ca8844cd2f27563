import pytest

from aiev.seeds.settings import SeedsSettings
from aiev.seeds.snippet import FUNCTION, Snippet
from aiev.seeds.sources.items import SourceText
from aiev.seeds.worker import Plan, work
from aiev.tables.row import Skipped

GOOD = 'def twice(x):\n    """Return 2 * x."""\n    return 2 * x\n'
QUIET = 'def quiet(x):\n    """Print x."""\n    print(x)\n'


@pytest.mark.parametrize(("judge_rows", "kept"), [(True, 1), (False, 2)])
def test_rows_that_are_snippets_are_judged_only_when_that_is_asked_for(judge_rows, kept):
    rows = [Snippet(FUNCTION, text, path="rows:1") for text in (GOOD, QUIET)]
    outcome = work(Plan(judge_rows=judge_rows), rows)
    assert len(outcome.snippets) == kept
    assert (outcome.funnel.taken, outcome.funnel.dropped.total()) == (2, 2 - kept)


def test_functions_of_files_are_always_judged_and_know_where_they_come_from():
    text = SourceText(GOOD + "\n\n" + QUIET, "a.py", "MIT", repository="r", revision="c", blob="b")
    outcome = work(Plan(judge_rows=False), [text])
    (snippet,) = outcome.snippets
    assert (snippet.source, snippet.licence, snippet.repository, snippet.revision, snippet.blob) == (
        *("a.py:1", "MIT", "r", "c", "b"),
    )
    assert outcome.funnel.dropped == {"no_return_value": 1}


def test_random_lines_are_drawn_by_the_text_and_the_seed():
    items = [SourceText("\n".join(f"x{n} = {n}" for n in range(200)), "a.py")]
    drawn = [work(Plan(SeedsSettings(kind="snippet"), seed=seed), items).snippets for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_filters_behind_the_first_late_one_are_left_to_the_main_process():
    plan = Plan(SeedsSettings(filters=("exact_duplicates", "returns_value")))
    assert len(work(plan, [SourceText(QUIET, "a.py")]).snippets) == 1


def test_items_that_were_skipped_are_counted():
    funnel = work(Plan(), [Skipped("too_large", "a.py", "more than 1 byte"), SourceText(GOOD, "b.py")]).funnel
    assert (funnel.read, funnel.skipped) == (1, ["a.py: too_large: more than 1 byte"])
