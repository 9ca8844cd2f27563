"""What aiev itself costs: conversations a second as a share of the ideal, against an endpoint of fixed latency.

The ideal is in flight ÷ (latency × replies): a machine that needs no time of its own. Endpoint and client are
processes of their own on this machine; each conversation has four replies and two (scripted) executions; everything is
journalled and stored. The first wave, in which every connection is made, counts.

Half a second a reply is what the targets are set for. A reply of some hundred tokens takes a model longer; what 1,024
in flight then come to is read beside it, with `SLOWER` seconds a reply.
"""

from __future__ import annotations

import argparse
import os

from figures import Figure, at_least, informs, report
from processes import endpoint, run_ours

REPLIES = 4
TARGETS = {64: 0.95, 256: 0.95, 1024: 0.80}
SLOWER = 2.0


def main() -> None:
    """Measure each number in flight, and print the figures."""
    options = _options()
    figures: list[Figure] = []
    load = os.getloadavg()[0]
    for in_flight in options.in_flight:
        figures += measured(in_flight, in_flight * options.waves, options.latency)
    if not options.quick:
        slow = max(options.in_flight)
        figures += measured(slow, slow * options.waves // 2, SLOWER, f", {SLOWER:g} s a reply")
    report(
        "run_overhead",
        figures,
        [
            f"load of the machine at the start: {load:.1f} on {os.cpu_count()} cores",
            f"latency {options.latency:g} s, {REPLIES} replies, {options.waves} waves; the store is opened and closed",
        ],
    )


def measured(in_flight: int, conversations: int, latency: float, label: str = "") -> list[Figure]:
    """The figures of one number in flight; one with a label has no target."""
    with endpoint(latency) as served:
        ran = run_ours({"url": served.url, "in_flight": in_flight, "conversations": conversations})
    if (ran["accepted"], served.answered) != (conversations, conversations * REPLIES):
        raise SystemExit(f"{ran['accepted']} accepted and {served.answered} answered of {conversations}")
    ideal = in_flight / (latency * REPLIES)
    rate = conversations / ran["seconds"]
    target = None if label else TARGETS.get(in_flight)
    against = f"ideal: {ideal:g} conversations/s"
    where = f"{in_flight} in flight{label}"
    share = f"share of the ideal, {where}"
    return [
        informs(f"conversations, {where}", rate, "1/s"),
        at_least(share, rate / ideal, "", target, against) if target else informs(share, rate / ideal, "", against),
        informs(f"CPU a conversation, {where}", ran["cpu"] / conversations * 1000, "ms"),
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[64, 256, 1024])
    parser.add_argument("--latency", type=float, default=0.5, help="seconds of one reply")
    parser.add_argument("--waves", type=int, default=16, help="conversations for each one in flight")
    parser.add_argument("--quick", action="store_true", help="leave out the run with slower replies")
    return parser.parse_args()


if __name__ == "__main__":
    main()
