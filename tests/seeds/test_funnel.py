"""Counts of what came in, what was kept and what was dropped."""

import json

from aiev.seeds.filters.filter import Drop
from aiev.seeds.funnel import MAX_NAMED, Funnel
from aiev.seeds.snippet import FUNCTION, Snippet
from aiev.tables.row import Skipped

SNIPPET = Snippet(FUNCTION, "a\nb\nc", licence="MIT")


def counted(*reasons):
    """A funnel that took one snippet for each reason; None is kept."""
    funnel = Funnel(order=("second", "first"))
    for reason in reasons:
        funnel.take(SNIPPET)
        if reason is None:
            funnel.keep(SNIPPET)
        else:
            funnel.drop(Drop(reason, "2 email, 1 ip"), "first" if reason == "personal_data" else "second")
    return funnel


def test_the_report_tells_what_every_filter_took_and_dropped():
    funnel = counted(None, "personal_data", "size", None, "size")
    assert funnel.holds
    report = funnel.as_dict()
    assert report["candidates"] == {
        "in": 5,
        "kept": 2,
        "dropped": {"size": 2, "personal_data": 1},
        "balances": True,
    }
    assert report["filters"] == [
        {"filter": "second", "in": 5, "dropped": {"size": 2}, "out": 3},
        {"filter": "first", "in": 3, "dropped": {"personal_data": 1}, "out": 2},
    ]
    assert report["found"] == [
        {"reason": "personal_data", "kind": "email", "count": 2},
        {"reason": "personal_data", "kind": "ip", "count": 1},
    ]
    assert (report["languages"], report["licences"]) == ({"python": {"in": 5, "kept": 2}}, {"MIT": 2})
    assert report["sizes"] == {"min": 3, "p10": 3, "median": 3, "p90": 3, "max": 3, "mean_chars": 5}
    json.dumps(report)
    assert funnel.summary() == "5 candidates: 2 kept, dropped 2 size, 1 personal_data"


def test_a_funnel_that_does_not_balance_says_so():
    funnel = counted(None, "size")
    funnel.kept += 1
    assert not funnel.holds


def test_funnels_of_several_workers_add_up():
    first, second = counted(None, "size"), counted("size", "personal_data")
    first.add(second)
    assert first == counted(None, "size", "size", "personal_data")


def test_only_the_first_of_many_faults_are_named():
    funnel = Funnel()
    for n in range(MAX_NAMED + 5):
        funnel.skip(Skipped("unreadable", f"{n}.py", "why"))
    other = Funnel()
    other.add(funnel)
    assert other.faults == MAX_NAMED + 5
    assert len(other.skipped) == MAX_NAMED
    assert other.skipped[0] == "0.py: unreadable: why"
