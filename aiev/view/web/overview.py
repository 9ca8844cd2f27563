"""The first page: what became of the seeds, in figures and charts.

Invariant: figures come from the index of `FollowedIndex`, so the page takes the same time however large the file is;
each figure links to its conversations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiev.store.reading.browsing import BrowseReader
from aiev.store.reading.runs import RunReader
from aiev.store.reading.standing import EVIDENCE, NO_EVIDENCE
from aiev.store.reading.student import StudentReader
from aiev.view.amounts import span
from aiev.view.safe import safe
from aiev.view.web import charts
from aiev.view.web.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiev.store.reading.facets import FacetIndex, RunTotals
    from aiev.store.reading.read_only import ReadOnly
    from aiev.store.records import RunRecord

SHOWN = 12
"""Verdicts and error classes that are shown, most frequent first."""
_STATUSES = ("accepted", "discarded", "failed", "running")
_SIDES = ("teacher", "student")
_KINDS = {"verified": "accepted", "unverified": "discarded", "contradicted": "failing"}
"""Colours of evidence: those of what became of a dialogue."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel, or one row of a table with bars."""

    name: str
    count: int
    share: float
    """Of the longest, for the bar."""
    of_previous: float | None
    link: str
    bar: Any


def overview(db: ReadOnly, index: FacetIndex, run: str) -> dict[str, Any]:
    """The context of the template, for one run or, when `run` is empty or unknown, for all."""
    runs = RunReader(db).runs()
    named = [one for one in runs if one.id == run]
    shown, selection = named or runs, Selection().with_facet("run", run if named else "")
    bits = index.choose(selection.wanted)
    statuses = {status: index.choose({"status": status}, bits).bit_count() for status in _STATUSES}
    return {
        "runs": [_run(one, index) for one in runs],
        "run": selection.wanted.get("run", ""),
        "selection": selection,
        "total": bits.bit_count(),
        "statuses": [
            {"name": name, "count": count, "link": _link(selection, "status", name)} for name, count in statuses.items()
        ],
        "accepted_share": _share(statuses["accepted"], bits.bit_count() - statuses["running"]),
        "verified": index.choose({"status": "accepted", "evidence": "verified"}, bits).bit_count(),
        "evidence": _evidence(index, selection, bits),
        "reasons": _bars(_summed(index, shown, "reasons"), selection, ""),
        "funnel": _funnel(BrowseReader(db), index, selection, bits),
        "rounds": _rounds(index, bits),
        "spent": _spent(index, bits),
        "verdicts": _bars(_summed(index, shown, "verdicts"), selection, "verdict"),
        "error_classes": _bars(_summed(index, shown, "error_classes"), selection, "error_class"),
        "gates": _gates(db),
    }


def _link(selection: Selection, name: str, value: str) -> str:
    return "/conversations" + selection.with_facet(name, value).query()


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _funnel(reader: BrowseReader, index: FacetIndex, selection: Selection, bits: int) -> list[Step]:
    """From seeds to dialogues whose first program passed. Seeds are counted for the whole file only."""
    ran = 0
    for verdict, marked in index.values["verdict"].items():
        ran |= marked if verdict != "malformed" else 0
    accepted = index.choose({"status": "accepted"}, bits)
    steps = [
        ("seeds in the file", reader.seed_count(), ""),
        ("dialogues begun", bits.bit_count(), "/conversations" + selection.query()),
        ("a program ran", (bits & ran).bit_count(), ""),
        ("accepted", accepted.bit_count(), _link(selection, "status", "accepted")),
        (
            "accepted in round 1",
            index.choose({"rounds": "1"}, accepted).bit_count(),
            "/conversations" + selection.with_facet("status", "accepted").with_facet("rounds", "1").query(),
        ),
    ]
    return list(_steps(steps[1:] if selection.wanted else steps))


def _steps(steps: Sequence[tuple[str, int, str]]) -> Iterable[Step]:
    longest = max([count for _, count, _ in steps] + [1])
    previous = None
    for name, count, link in steps:
        share = count / longest
        yield Step(name, count, share, _share(count, previous) if previous else None, link, charts.bar(share))
        previous = count


def _evidence(index: FacetIndex, selection: Selection, bits: int) -> list[Step]:
    """Dialogues by their evidence, with the accepted ones that have none; nothing where no dialogue has any."""
    counts = dict(index.counts("evidence", bits))
    none = index.choose({"status": "accepted", "evidence": NO_EVIDENCE}, bits).bit_count()
    found = [(name, counts.get(name, 0), selection, _KINDS[name]) for name in EVIDENCE]
    if not any(count for _, count, _, _ in found):
        return []
    found.append((NO_EVIDENCE, none, selection.with_facet("status", "accepted"), ""))
    longest = max(count for _, count, _, _ in found)
    return [
        Step(
            "accepted without evidence" if name == NO_EVIDENCE else name,
            count,
            count / longest,
            None,
            _link(where, "evidence", name),
            charts.bar(count / longest, kind),
        )
        for name, count, where, kind in found
    ]


def _rounds(index: FacetIndex, bits: int) -> Any:
    """A chart of ended dialogues by their rounds; None when none has ended."""
    ended = {name: dict(index.counts("rounds", index.choose({"status": name}, bits))) for name in _STATUSES[:2]}
    last = max([int(number) for counts in ended.values() for number in counts] + [0])
    if not last:
        return None
    names = [str(number) for number in range(1, last + 1)]
    layers = [(name, [counts.get(number, 0) for number in names]) for name, counts in ended.items()]
    return charts.columns("Dialogues by the rounds that they took, accepted and discarded", names, layers)


def _spent(index: FacetIndex, bits: int) -> dict[str, Any] | None:
    """A chart of what was spent, in the order in which the dialogues started; None when nothing was."""
    found = index.spending(bits)
    if not any(part.accepted or part.rest for part in found.parts):
        return None
    width = -(-bits.bit_count() // len(found.parts))
    names = ["" if number % 4 else f"{number * width + 1:,}" for number in range(len(found.parts))]
    layers = [("accepted", [part.accepted for part in found.parts]), ("discarded", [part.rest for part in found.parts])]
    dollars = found.unit == "dollars"
    what = "US dollars paid" if dollars else "Tokens written"
    title = f"{what}, by the number of the dialogue: for accepted ones and for all others"
    write = charts.dollars if dollars else charts.short
    return {
        "heading": "Money spent" if dollars else "Tokens written",
        "unit": "US dollars" if dollars else "tokens written (no price is known, or none was charged)",
        "unpriced": found.unpriced if dollars else 0,
        "picture": charts.columns(title, names, layers, write=write, sums=False),
    }


def _summed(index: FacetIndex, runs: Sequence[RunRecord], name: str) -> list[tuple[str, int]]:
    """The most frequent verdicts or error classes of some runs."""
    summed: dict[str, int] = {}
    for run in runs:
        for value, count in getattr(_totals(index, run), name).items():
            summed[value] = summed.get(value, 0) + count
    return sorted(summed.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]


def _bars(counts: Sequence[tuple[str, int]], selection: Selection, facet: str) -> list[Step]:
    longest = max([count for _, count in counts] + [1])
    return [
        Step(
            safe(name),
            count,
            count / longest,
            None,
            _link(selection, facet, name) if facet else "",
            charts.bar(count / longest, "accepted" if name == "ok" else "failing"),
        )
        for name, count in counts
    ]


def _totals(index: FacetIndex, run: RunRecord) -> RunTotals:
    from aiev.store.reading.facets import RunTotals

    return index.totals[run.id] if run.id in index.totals else RunTotals()


def _run(run: RunRecord, index: FacetIndex) -> dict[str, Any]:
    """One row of the table of runs."""
    totals, selection = _totals(index, run), Selection().with_facet("run", run.id)
    bits = index.choose({"run": run.id})
    accepted = index.choose({"status": "accepted"}, bits).bit_count()
    ended = bits.bit_count() - index.choose({"status": "running"}, bits).bit_count()
    return {
        "id": run.id,
        "recipe": run.recipe,
        "model": safe(run.model),
        "interpreter": run.interpreter,
        "started_at": _minute(run.started_at),
        "count": bits.bit_count(),
        "accepted": accepted,
        "share": _share(accepted, ended),
        "prompt_tokens": totals.prompt_tokens,
        "completion_tokens": totals.completion_tokens,
        "tokens_each": totals.completion_tokens // accepted if accepted else None,
        "cost": totals.cost,
        "cost_each": totals.cost / accepted if accepted and totals.cost is not None else None,
        "time": span(totals.seconds),
        "link": "/conversations" + selection.query(),
        "home": "/" + selection.query(),
    }


def _gates(db: ReadOnly) -> dict[str, Any]:
    """The history of the gate, the oldest decision first: a table, and a chart of both scores."""
    gates = StudentReader(db).gates()[::-1]
    rows = [(gate.round, gate.teacher, gate.student, gate.sentence, _minute(gate.decided_at)) for gate in gates]
    scores = [(side, side, [gate.evidence.get(f"{side}_pass_at_1") for gate in gates]) for side in _SIDES]
    title = "pass@1 of teacher and student at the gate of each round"
    return {
        "names": ("round", "teacher", "student", "decision", "decided at"),
        "rows": [[safe(str(cell)) for cell in row] for row in rows],
        "picture": charts.line(title, [str(gate.round) for gate in gates], scores) if gates else None,
    }


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")
