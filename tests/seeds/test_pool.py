"""Worker processes: the same seeds in the same order as in one process, whatever happens to a worker."""

import json
import multiprocessing
import os
import signal

import pytest

from aiev.errors import SeedError
from aiev.seeds import worker
from aiev.seeds.funnel import MAX_NAMED, Funnel
from aiev.seeds.pipeline import select
from aiev.seeds.pool import chunks, outcomes
from aiev.seeds.settings import Plan, SourceSettings
from aiev.seeds.sources.items import SourceText
from aiev.seeds.verdicts import Drop
from aiev.tables.row import Skipped

GOOD = 'def twice(x):\n    """Return {n} * x."""\n    return {n} * x\n'


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    folder.mkdir()
    for n in range(500):
        text = GOOD.format(n=n) + ('\n\ndef quiet(x):\n    """D."""\n    print(x)\n' if n % 3 == 0 else "")
        (folder / f"{n:03}.py").write_text(text)
    return folder


def selected(tree, workers, **source):
    funnel = Funnel()
    seeds = list(select([str(tree)], Plan(source=SourceSettings(**source), workers=workers), [], funnel))
    return seeds, funnel


@pytest.mark.parametrize("kind", ["function", "snippet"])
def test_workers_give_the_same_seeds_in_the_same_order_as_one_process(tree, kind):
    alone, counted = selected(tree, 1, kind=kind, seed=7)
    together, also_counted = selected(tree, 2, kind=kind, seed=7)
    assert alone == together
    assert len(alone) >= 400
    assert counted == also_counted
    assert counted.holds


def test_the_ledger_balances_filter_by_filter(tree):
    _, funnel = selected(tree, 1)
    report = funnel.as_dict()
    assert report["candidates"] == {
        "in": 667,
        "kept": 500,
        "dropped": {"no_return_value": 167},
        "balances": True,
    }
    assert report["filters"] == [
        {"filter": "returns_value", "in": 667, "dropped": {"no_return_value": 167}, "out": 500}
    ]
    assert report["languages"] == {"python": {"in": 667, "kept": 500}}
    assert report["files_and_rows"] == {"read": 500, "passed_over": {}}
    assert report["sizes"]["median"] == 3
    json.dumps(report)
    funnel.kept += 1
    assert not funnel.holds


def test_only_the_first_of_many_faults_are_named():
    funnel = Funnel()
    for n in range(MAX_NAMED + 5):
        funnel.skip(Skipped("unreadable", f"{n}.py", "why"))
    other = Funnel()
    other.add(funnel)
    assert other.faults == MAX_NAMED + 5
    assert len(other.skipped) == MAX_NAMED
    assert other.skipped[0] == "0.py: unreadable: why"


def test_an_item_that_kills_its_worker_is_named_and_the_others_go_on(monkeypatch):
    items = [SourceText(GOOD.format(n=n), f"{n}.py") for n in range(400)]
    items[123] = SourceText("KILL", "killer.py")
    monkeypatch.setattr("aiev.seeds.pool.multiprocessing.get_context", lambda _: _forking())
    take = worker.Worker._taken_out

    def deadly(self, text):
        if text.text == "KILL":
            os.kill(os.getpid(), signal.SIGKILL)
        return take(self, text)

    monkeypatch.setattr(worker.Worker, "_taken_out", deadly)
    funnel = Funnel()
    for outcome in outcomes(items, Plan(workers=2)):
        funnel.add(outcome.funnel)
    assert funnel.taken == 399
    assert funnel.passed_over == {"killed_its_worker": 1}
    assert funnel.skipped == ["killer.py: killed_its_worker: out of memory, or a fault in a parser"]


def _forking():
    """A context whose workers inherit what the test has patched."""

    class Forking(multiprocessing.context.ForkContext):
        def set_forkserver_preload(self, modules):
            """Nothing to preload."""

    return Forking()


def test_chunks_hold_about_the_same_work_and_lose_nothing():
    items = [SourceText("x" * (400_000 if n % 50 == 0 else 10), str(n)) for n in range(1000)]
    found = list(chunks(items))
    assert [item for chunk in found for item in chunk] == items
    assert max(len(chunk) for chunk in found) <= 96


def test_late_filters_judge_in_their_order_and_are_counted(tree):
    class Odd:
        name = "odd"

        def judge(self, batch):
            return [Drop("odd", snippet.path) if int(snippet.path[:3]) % 2 else None for snippet in batch]

    funnel = Funnel()
    seeds = list(select([str(tree)], Plan(workers=1), [Odd()], funnel))
    assert (len(seeds), funnel.dropped["odd"]) == (250, 250)


def test_sources_that_do_not_exist_are_an_error_before_any_work(tmp_path):
    with pytest.raises(SeedError, match="no such seed source"):
        list(select([str(tmp_path / "nowhere")], Plan(), [], Funnel()))
