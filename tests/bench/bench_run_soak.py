"""Memory over a long run: does it stay flat while conversations go by?

Latency is next to nothing, so that many conversations fit into the time; everything is journalled and stored. Flat
means: the mean of the last fifth of the samples is at most a tenth above that of the second fifth.
"""

from __future__ import annotations

import argparse
import statistics

from figures import at_least, at_most, informs, report
from processes import endpoint, run_ours

MOST_GROWTH = 1.1


def main() -> None:
    """Run, and compare the memory at the beginning and at the end."""
    options = _options()
    with endpoint(options.latency) as served:
        plan = {"url": served.url, "in_flight": options.in_flight, "conversations": options.conversations}
        ran = run_ours(plan)
    samples = [resident for _, resident in ran["memory"]]
    fifth = max(1, len(samples) // 5)
    early, late = statistics.mean(samples[fifth : 2 * fifth]), statistics.mean(samples[-fifth:])
    report(
        "run_soak",
        [
            at_least("accepted", ran["accepted"], "conversations", options.conversations, "all of them"),
            informs("conversations", options.conversations / ran["seconds"], "1/s"),
            informs("memory, second fifth", early, "MiB"),
            informs("memory, last fifth", late, "MiB"),
            at_most("growth", late / early, "x", MOST_GROWTH, "flat"),
        ],
        [f"{options.in_flight} in flight; the list of seeds is in memory from the start"],
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--latency", type=float, default=0.001, help="seconds of one reply")
    return parser.parse_args()


if __name__ == "__main__":
    main()
