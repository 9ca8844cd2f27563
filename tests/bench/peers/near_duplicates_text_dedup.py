"""text-dedup's MinHash over a JSONL file of texts, by its own command with its own worker processes.

Its seconds are those that its own timer gives, without reading the data set and writing the result; runs of five
tokens, 100 permutations and the threshold are as ours. It keeps the first of each cluster. Its tokens are what stands
between signs and white space, one empty token between two of them, so that another layout makes another text of it
(it then finds one planted text of twenty); it is given the texts in one layout, which is not counted as its time.
"""

import json
import os
import re
import sys
import tempfile
from pathlib import Path

os.environ["HF_DATASETS_OFFLINE"] = "1"

from datasets import load_from_disk
from text_dedup import minhash

TOKEN = re.compile(r"\w+|[^\w\s]")
UNTIMED = {"Total", "Loading", "Saving", "Cleaning"}
timers = []


class Timer(minhash.Timer):
    """Its timer, where it can be read afterwards."""

    def __init__(self):
        super().__init__()
        timers.append(self)


def main():
    """Judge a file's texts and print what was dropped."""
    minhash.Timer = Timer
    workers = sys.argv[3]
    with tempfile.TemporaryDirectory() as folder, Path(sys.argv[2]).open(encoding="utf-8") as file:
        rows, output = Path(folder) / "rows.jsonl", Path(folder) / "kept"
        texts = [" ".join(TOKEN.findall(json.loads(line))) for line in file]
        lines = [json.dumps({"number": number, "text": text}) + "\n" for number, text in enumerate(texts)]
        rows.write_text("".join(lines), encoding="utf-8")
        given = {"path": "json", "data_files": rows, "split": "train", "column": "text", "output": output}
        given |= {"cache_dir": f"{folder}/cache", "num_proc": workers, "batch_size": "10000"}
        given |= {"ngram": "5", "min_length": "0", "threshold": "0.7", "num_perm": "100", "hash_func": "xxh3"}
        minhash.main([f"--{name}={value}" for name, value in given.items()], standalone_mode=False)
        kept = set(load_from_disk(str(output))["number"])
    seconds = sum(spent for name, spent in timers[0].elapsed_times.items() if name not in UNTIMED)
    dropped = [number for number in range(len(texts)) if number not in kept]
    sys.stdout.write(json.dumps({"seconds": seconds, "dropped": dropped}) + "\n")


main()
