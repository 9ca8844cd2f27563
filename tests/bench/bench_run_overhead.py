"""What aiev itself costs: conversations a second as a share of the ideal, against an endpoint of fixed latency.

The ideal is in flight ÷ (latency × replies): a machine that needs no time of its own. Endpoint and client are
processes of their own on this machine; each conversation has four replies and two (scripted) executions, run by
LangGraph, journalled and stored. The first wave, in which every connection is made, counts. The loads are those of real
teachers: short replies of a small model, and long ones of a large one.
"""

from __future__ import annotations

import argparse
import os

from figures import Figure, at_least, informs, report
from processes import endpoint, run_ours

REPLIES = 4
TARGET = 0.95
LOADS = {"64": (64, 0.5, 16), "256": (256, 2.0, 8), "1024": (1024, 8.0, 4)}
"""In flight, seconds a reply, waves: conversations for each one in flight."""
CPU_OF_0_1_0 = 5.0
"""Milliseconds a conversation before LangGraph ran the graph: the upper end of what 0.1.0 was measured at."""


def main() -> None:
    """Measure each load, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loads", nargs="+", choices=LOADS, default=list(LOADS))
    parser.add_argument("--waves", type=int, help="in place of each load's own")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    figures: list[Figure] = []
    for name in options.loads:
        in_flight, latency, waves = LOADS[name]
        figures += measured(in_flight, in_flight * (options.waves or waves), latency)
    report(
        "run_overhead",
        figures,
        [
            f"load of the machine at the start: {load:.1f} on {os.cpu_count()} cores",
            f"{REPLIES} replies and 2 scripted executions a conversation; the store is opened and closed",
        ],
    )


def measured(in_flight: int, conversations: int, latency: float) -> list[Figure]:
    """The figures of one load."""
    with endpoint(latency) as served:
        ran = run_ours({"url": served.url, "in_flight": in_flight, "conversations": conversations})
    if (ran["accepted"], served.answered) != (conversations, conversations * REPLIES):
        raise SystemExit(f"{ran['accepted']} accepted and {served.answered} answered of {conversations}")
    ideal = in_flight / (latency * REPLIES)
    rate = conversations / ran["seconds"]
    where = f"{in_flight} in flight / {latency:g} s"
    return [
        informs(f"conversations, {where}", rate, "1/s"),
        at_least(f"share of the ideal, {where}", rate / ideal, "", TARGET, f"ideal: {ideal:g} conversations/s"),
        informs(
            f"CPU a conversation, {where}", ran["cpu"] / conversations * 1000, "ms", f"{CPU_OF_0_1_0:g} ms in 0.1.0"
        ),
    ]


if __name__ == "__main__":
    main()
