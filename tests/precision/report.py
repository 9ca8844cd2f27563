"""The figures of a measurement, as Markdown for people and as figures for machines.

Invariant: both say the same. Not covered: explanations of wrong acceptances (`wrong.py`).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING

from bench.figures import Figure, at_least, at_most, informs
from precision.counting import repairs, score
from precision.faults import FAULTS
from precision.outcomes import Spent, sound
from precision.pieces import ENOUGH_PRECISION, ENOUGH_RECALL, PIECES, choose, curve, verified
from precision.problems import SETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from precision.outcomes import Dialogue

POLICIES = ("ran", "tests", "verified")
MOST_TIMES_THE_TOKENS = 2.5
_ROWS = 4
"""Thresholds of a piece that a table shows, at most."""
BOTH = "both"


def accepted(one: Dialogue) -> bool:
    """The policy's own word."""
    return one.accepted


def by_policy(dialogues: Iterable[Dialogue]) -> dict[str, list[Dialogue]]:
    """What counts, by policy, in their order."""
    counted = sound(list(dialogues))
    found = {policy: [one for one in counted if one.policy == policy] for policy in POLICIES}
    return {policy: listed for policy, listed in found.items() if listed}


def parts(dialogues: Sequence[Dialogue]) -> dict[str, list[Dialogue]]:
    """Dialogues by set, and all of them where there are both sets."""
    found = {name: [one for one in dialogues if one.set == name] for name in SETS}
    held = {name: listed for name, listed in found.items() if listed}
    return held | ({BOTH: list(dialogues)} if len(held) > 1 else {})


def per_right(dialogues: Sequence[Dialogue]) -> Spent:
    """What all dialogues used, for each that was accepted and is right; nothing where none is."""
    spent, right = sum((one.spent for one in dialogues), Spent()), sum(one.accepted and one.right for one in dialogues)
    if not right:
        return Spent(math.nan, math.nan, math.nan, math.nan)
    return Spent(spent.read / right, spent.cached / right, spent.written / right, spent.seconds / right)


def times_the_tokens(policies: dict[str, list[Dialogue]]) -> float:
    """Tokens for each right dialogue of `verified`, over those of `tests`; not a number where either is missing."""
    if not {"tests", "verified"} <= policies.keys():
        return math.nan
    return per_right(policies["verified"]).tokens / per_right(policies["tests"]).tokens


def markdown(dialogues: Sequence[Dialogue], notes: Iterable[str] = ()) -> str:
    """All tables."""
    policies = by_policy(dialogues)
    sections = [
        _table(_POLICY_HEAD, [row for policy, listed in policies.items() for row in _policy_rows(policy, listed)]),
        _table(_REPAIR_HEAD, [_repair_row(policy, listed) for policy, listed in policies.items()]),
        *_evidence(policies.get("verified", [])),
        *_purposes(policies.get("verified") or policies.get("tests", [])),
        "\n".join(f"- {note}" for note in (*_apart(dialogues), *notes)),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def figures(dialogues: Sequence[Dialogue]) -> list[Figure]:
    """Everything that is held to a target, and the other policies beside it; a figure out of nothing is left out."""
    policies = by_policy(dialogues)
    found = [
        figure
        for policy, listed in policies.items()
        for name, part in parts(listed).items()
        for figure in _scored(policy, name, part)
    ]
    times = times_the_tokens(policies)
    if math.isfinite(times):
        found.append(at_most("verified, tokens a right dialogue", times, "times", MOST_TIMES_THE_TOKENS, "tests"))
    return found


def _scored(policy: str, name: str, dialogues: Sequence[Dialogue]) -> Iterator[Figure]:
    found = score(dialogues, accepted)
    for word, share, bound in (
        ("precision", found.precision, ENOUGH_PRECISION),
        ("recall", found.recall, ENOUGH_RECALL),
    ):
        if share.of:
            figure, against = f"{policy}, {name}, {word}", f"{share.hits} of {share.of}"
            targeted = policy == "verified"
            yield (
                at_least(figure, share.value, "", bound, against)
                if targeted
                else informs(figure, share.value, "", against)
            )


_POLICY_HEAD = (
    *("policy", "set", "problems", "accepted", "precision", "recall"),
    *("tokens read (cached) and written, a right dialogue", "seconds"),
)


def _policy_rows(policy: str, dialogues: Sequence[Dialogue]) -> Iterator[tuple[str, ...]]:
    for name, part in parts(dialogues).items():
        found, spent = score(part, accepted), per_right(part)
        tokens = f"{spent.read:,.0f} ({spent.cached:,.0f}), {spent.written:,.0f}"
        seconds = f"{spent.seconds:,.0f}"
        used = (tokens, seconds) if math.isfinite(spent.read) else ("-", "-")
        counts = (str(len(part)), str(found.precision.of))
        yield (policy, name, *counts, str(found.precision), str(found.recall), *used)


_REPAIR_HEAD = ("policy", "right at once", "repairs", "wrong to right", "right to wrong", "a right program was lost")


def _repair_row(policy: str, dialogues: Sequence[Dialogue]) -> tuple[str, ...]:
    found = repairs(dialogues)
    counts = (found.repairs, found.mended, found.broken)
    return (policy, f"{found.at_once} of {len(dialogues)}", *map(str, counts), f"{found.lost} of {len(dialogues)}")


def _evidence(dialogues: Sequence[Dialogue]) -> Iterator[str]:
    """Each piece alone, and the thresholds."""
    if not any(one.evidence for one in dialogues):
        return
    rows = [
        (piece, name, f"{point.threshold:.2f}", str(point.score.precision), str(point.score.recall))
        for piece in PIECES
        for name, part in parts(dialogues).items()
        if name != BOTH
        for point in _spread(curve(part, piece))
    ]
    yield _table(("piece alone", "set", "at least", "precision", "recall"), rows)
    if chosen := choose(dialogues):
        accepts = partial(verified, chosen.mutation_score, chosen.agreement)
        yield f"Chosen on HumanEval: mutation score {chosen.mutation_score:.2f}, agreement {chosen.agreement:.2f}."
        rows = [
            (name, str(found.precision), str(found.recall))
            for name, part in parts(dialogues).items()
            if (found := score(part, accepts))
        ]
        yield _table(("under these thresholds", "precision", "recall"), rows)


def _purposes(dialogues: Sequence[Dialogue]) -> Iterator[str]:
    """What replies were for, of the policy that asks for most."""
    total = defaultdict[str, Spent](Spent)
    for one in dialogues:
        for purpose, spent in one.by_purpose.items():
            total[purpose] += spent
    rows = [
        (purpose, f"{spent.read:,.0f}", f"{spent.cached:,.0f}", f"{spent.written:,.0f}", f"{spent.seconds:,.0f}")
        for purpose, spent in sorted(total.items(), key=lambda pair: -pair[1].seconds)
    ]
    if rows:
        head = (f"replies of `{dialogues[0].policy}`", "tokens read", "cached", "written", "seconds")
        yield _table(head, rows)


def _apart(dialogues: Sequence[Dialogue]) -> Iterator[str]:
    """What is not in the tables."""
    times = times_the_tokens(by_policy(dialogues))
    if math.isfinite(times):
        yield f"tokens for each right dialogue, verified over tests: {times:.2f} times"
    faulty = sorted({one.name for one in dialogues} & FAULTS.keys())
    if faulty:
        yield f"counted apart, since the benchmark is at fault: {', '.join(faulty)}"
    states = Counter((one.policy, one.status) for one in dialogues)
    for (policy, status), count in states.items():
        if status in {"running", "failed"}:
            yield f"{policy}: {count} dialogues are {status}" + (" and not counted" if status == "running" else "")
    wrong = [one for one in sound(list(dialogues)) if one.accepted and not one.right]
    for policy, count in Counter(one.policy for one in wrong).items():
        single = sum(one.rounds[-1].tests.count("assert ") == 1 for one in wrong if one.policy == policy)
        yield f"{policy}: {single} of {count} wrong acceptances rest on a single assertion"


def _spread(points: Sequence[object]) -> list[object]:
    """At most `_ROWS`, from the first to the last."""
    if len(points) <= _ROWS:
        return list(points)
    return [points[round(number * (len(points) - 1) / (_ROWS - 1))] for number in range(_ROWS)]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) if rows else ""
