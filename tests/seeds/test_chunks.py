"""Worker processes: the same seeds in the same order as in one process, whatever happens to a worker."""

from functools import partial

import pytest
from support.batch_tasks import work_or_die

from aiev.seeds.chunks import chunks, outcomes
from aiev.seeds.funnel import Funnel
from aiev.seeds.select import select
from aiev.seeds.settings import SeedsSettings
from aiev.seeds.sources.items import SourceText
from aiev.seeds.worker import Plan

GOOD = 'def twice(x):\n    """Return {n} * x."""\n    return {n} * x\n'


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    folder.mkdir()
    for n in range(500):
        text = GOOD.format(n=n) + ('\n\ndef quiet(x):\n    """D."""\n    print(x)\n' if n % 3 == 0 else "")
        (folder / f"{n:03}.py").write_text(text)
    return folder


def selected(tree, workers, **seeds):
    funnel, plan = Funnel(), Plan(SeedsSettings(workers=workers, **seeds), seed=7)
    return list(select([str(tree)], plan, [], funnel)), funnel


@pytest.mark.parametrize("kind", ["function", "snippet"])
def test_workers_give_the_same_seeds_in_the_same_order_as_one_process(tree, kind):
    alone, counted = selected(tree, 1, kind=kind)
    together, also_counted = selected(tree, 2, kind=kind)
    assert alone == together
    assert len(alone) >= 400
    assert counted == also_counted
    assert counted.holds


def test_an_item_that_kills_its_worker_is_named_and_the_others_are_read():
    rest = "# long\n" * 100_000  # two items are a chunk
    items = [SourceText(GOOD.format(n=n) + rest, f"{n}.py") for n in range(8)]
    items[5] = SourceText("KILL", "killer.py")
    funnel, found = Funnel(), []
    for outcome in outcomes(items, partial(work_or_die, Plan()), 2):
        funnel.add(outcome.funnel)
        found += [snippet.path for snippet in outcome.snippets]
    assert found == [f"{n}.py" for n in range(8) if n != 5]
    assert funnel.taken == 7
    assert funnel.passed_over == {"killed_its_worker": 1}
    assert funnel.skipped == ["killer.py: killed_its_worker: out of memory, or a fault in a parser"]


def test_chunks_hold_about_the_same_work_and_lose_nothing():
    items = [SourceText("x" * (400_000 if n % 50 == 0 else 10), str(n)) for n in range(1000)]
    found = list(chunks(items))
    assert [item for chunk in found for item in chunk] == items
    assert max(len(chunk) for chunk in found) <= 96
