"""datasketch over a JSONL file of texts: MinHash and its LSH, verified by the estimated similarity.

It brings no tokeniser; runs of five tokens are made here, as ours are.
"""

import json
import re
import sys
import time
from pathlib import Path

from datasketch import MinHash, MinHashLSH

TOKEN = re.compile(r"\w+|[^\w\s]")


def main():
    """Judge a file's texts and print what was dropped."""
    with Path(sys.argv[2]).open(encoding="utf-8") as file:
        texts = [json.loads(line) for line in file]
    lsh, kept, dropped, started = MinHashLSH(threshold=0.7, num_perm=100), {}, [], time.perf_counter()
    for number, text in enumerate(texts):
        tokens = TOKEN.findall(text)
        runs = {" ".join(tokens[at : at + 5]).encode() for at in range(max(1, len(tokens) - 4))}
        sketch = MinHash(num_perm=100)
        sketch.update_batch(list(runs))
        if any(sketch.jaccard(kept[other]) >= 0.7 for other in lsh.query(sketch)):
            dropped.append(number)
            continue
        kept[number] = sketch
        lsh.insert(number, sketch)
    sys.stdout.write(json.dumps({"seconds": time.perf_counter() - started, "dropped": dropped}) + "\n")


main()
