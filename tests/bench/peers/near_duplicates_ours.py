"""Our near-duplicates over a JSONL file of texts: seconds, what was dropped, and the peak of memory."""

import json
import resource
import sys
import time
from itertools import repeat
from pathlib import Path

from aiev.similarity.near_duplicates import NearDuplicates, batched
from aiev.similarity.processes import mapped
from aiev.similarity.sketches import sketch

BATCH = 512


def sketched(texts):
    """Sketches of a batch; runs in the workers."""
    return sketch(texts, ["python"] * len(texts))


def compare(path, workers):
    """Judge a file's texts."""
    with Path(path).open(encoding="utf-8") as file:
        texts = [json.loads(line) for line in file]
    done = mapped(sketched, batched([*texts[:BATCH], *texts], BATCH), workers)
    next(done)  # the workers are up: their start is not the work
    index, verdicts, started = NearDuplicates(), [], time.perf_counter()
    for sketches in done:
        verdicts += index.judge_sketches(sketches)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "dropped": [n for n, verdict in enumerate(verdicts) if verdict]}


def hold(path, count):
    """Keep so many different snippets of the length of real functions, made by exchanging their names."""
    with Path(path).open(encoding="utf-8") as file:
        texts = [json.loads(line) for line in file]
    index, made, started = NearDuplicates(), 0, time.perf_counter()
    for turn, _ in enumerate(repeat(None)):
        for batch in batched(texts, BATCH):
            changed = [text.replace(".", f".x{turn}_").replace("(", f"{turn}(") for text in batch]
            index.judge_texts(changed, ["python"] * len(changed))
            made += len(batch)
            if made >= count:
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
                return {"seconds": time.perf_counter() - started, "kept": len(index), "made": made, "bytes": peak}
    return {}


if __name__ == "__main__":
    what, file_name, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
    result = compare(file_name, number) if what == "compare" else hold(file_name, number)
    sys.stdout.write(json.dumps(result) + "\n")
