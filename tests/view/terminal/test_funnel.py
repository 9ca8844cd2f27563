from support.terminal import shown

from aiev.view.terminal.funnel import funnel_view

REPORT = {
    "files_and_rows": {"read": 1200, "passed_over": {"too large": 3}},
    "candidates": {"in": 5000, "kept": 20, "dropped": {"too_short": 4980}, "balances": True},
    "filters": [{"filter": "lines", "in": 5000, "out": 20, "dropped": {"too_short": 4980}}],
    "languages": {"python": {"kept": 20, "in": 5000}},
    "licences": {f"L-{number}": 1 for number in range(14)},
    "sizes": {"min": 1, "max": 15, "median": 8, "p90": 14, "mean_chars": 300},
    "found": [{"count": 2, "kind": "AWS key"}],
    "unreadable": {"count": 12, "named": [f"bad-{number}\x1b" for number in range(12)]},
    "evolution": {"made": 3, "attempts": 5, "eliminated": {"no change": 2}},
    "out": "seeds.jsonl",
    "written": 20,
    "seconds": 1.5,
}


def test_the_funnel_shows_every_filter_and_that_it_balances():
    rows = [line.split() for line in shown(funnel_view(REPORT)).splitlines()]
    assert ["lines", "5,000", "4,980", "20", "4,980", "too_short"] in rows
    assert ["kept", "5,000", "4,980", "20", "kept", "+", "dropped", "=", "in"] in rows


def test_totals_and_lists_are_below_it_and_cut_with_a_mark():
    text = shown(funnel_view(REPORT))
    for part in (
        "passed over: 3 too large",
        "python 20 of 5,000",
        "L-11 1, 2 more",
        "3 of 5 problems made harder; eliminated: 2 no change",
        "2 AWS key",
        "bad-9\\x1b",
        "... and 2 more (--report FILE names them)",
        "seeds.jsonl (20 seeds, 1.5 s)",
    ):
        assert part in text
    assert "bad-10" not in text


def test_a_build_that_loses_candidates_is_called_out():
    assert "DOES NOT BALANCE" in shown(funnel_view(REPORT | {"candidates": REPORT["candidates"] | {"balances": False}}))
