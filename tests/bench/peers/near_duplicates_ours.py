"""Our near-duplicates over a JSONL file of texts: seconds and what was dropped; or a million of them, to be watched."""

import json
import sys
import time
from itertools import chain, count, islice
from pathlib import Path

from aiev.processes import AHEAD, map_batches
from aiev.similarity.batches import batched
from aiev.similarity.near_duplicates.index import NearDuplicates
from aiev.similarity.near_duplicates.signatures import sign

BATCH = 512


def signed(texts):
    """Signatures of a batch; runs in the workers."""
    return sign(texts, ["python"] * len(texts))


def judged(texts, workers):
    """Seconds, the index, and verdicts. The workers are up before the clock starts, with nothing of the work done."""
    warm = workers * AHEAD
    done = map_batches(signed, chain([["x"]] * warm, batched(texts, BATCH)), workers)
    next(done)
    index, verdicts, started = NearDuplicates(), [], time.perf_counter()
    for signatures in islice(done, warm - 1, None):
        verdicts += index.judge_signatures(signatures)
    return time.perf_counter() - started, index, verdicts


def compare(texts, workers):
    """Judge texts."""
    seconds, _, verdicts = judged(texts, workers)
    return {"seconds": seconds, "dropped": [n for n, verdict in enumerate(verdicts) if verdict]}


def hold(texts, most):
    """Judge so many different snippets of the length of real functions, made by exchanging their names."""
    changed = (text.replace(".", f".x{turn}_").replace("(", f"{turn}(") for turn in count() for text in texts)
    seconds, index, verdicts = judged(islice(changed, most), 2)
    return {"seconds": seconds, "kept": len(index), "made": len(verdicts)}


if __name__ == "__main__":
    what, file_name, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with Path(file_name).open(encoding="utf-8") as file:
        given = [json.loads(line) for line in file]
    result = compare(given, number) if what == "compare" else hold(given, number)
    sys.stdout.write(json.dumps(result) + "\n")
