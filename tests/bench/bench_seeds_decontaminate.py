"""Decontamination against HumanEval and as many items as MBPP has: snippets a second, and how much is found.

No wheel ships MBPP. With `--mbpp FILE` it is the second benchmark; without, 974 clean functions with their docstrings
stand for it, so that the index is as large. Prints the planted study too: recall for each kind of change, and false
positives on clean functions (against HumanEval alone).
"""

from __future__ import annotations

import argparse
import ast
import os
import time
from itertools import islice
from pathlib import Path

from figures import Figure, at_least, informs, report
from planting import CHANGES, clean_functions

from aiev.processes import AHEAD, map_batches
from aiev.similarity.decontamination.benchmarks import BenchmarkItem, load_benchmarks
from aiev.similarity.decontamination.decontaminator import Decontaminator
from aiev.similarity.settings import DecontaminationSettings

RATE = 5000
BATCH = 256
MBPP_ITEMS = 974
EXPECTED_RECALL = {"verbatim": 1.0, "formatting changed": 1.0, "variables renamed": 0.95, "docstring reworded": 0.95}


def main() -> None:
    """Measure and print."""
    options = _options()
    load = os.getloadavg()[0]
    humaneval = load_benchmarks(DecontaminationSettings(benchmarks=("humaneval",)))
    functions = list(clean_functions(options.clean + MBPP_ITEMS))
    clean, others = functions[: options.clean], functions[options.clean :]
    mbpp = DecontaminationSettings(benchmarks=(f"mbpp={options.mbpp}",))
    second = load_benchmarks(mbpp) if options.mbpp else [_item(text) for text in others]
    figures = [*rates(humaneval + second, clean, options), *planted(humaneval), *false_positives(humaneval, clean)]
    notes = [
        f"second benchmark: {'MBPP' if options.mbpp else 'functions in the place of MBPP'}, {len(second)} items",
        f"load of the machine at the start: {load:.1f} on {os.cpu_count()} cores",
    ]
    report("seeds_decontaminate", figures, notes)


def rates(items: list[BenchmarkItem], clean: list[str], options: argparse.Namespace) -> list[Figure]:
    """Snippets a second, the workers' start left out."""
    started = time.perf_counter()
    index = Decontaminator(items)
    built = time.perf_counter() - started
    texts = [(text, "python") for _ in range(options.repeat) for text in clean]
    batches = [texts[first : first + BATCH] for first in range(0, len(texts), BATCH)]
    warm = AHEAD * options.workers
    done = map_batches(index.judge_pairs, [[("x", "python")]] * warm + batches, options.workers)
    next(done)  # the workers are up, and have nothing of the work yet
    started = time.perf_counter()
    judged = sum(len(verdicts) for verdicts in islice(done, warm - 1, None))
    rate = judged / (time.perf_counter() - started)
    return [
        at_least(f"decontamination, {options.workers} processes", rate, "snippets/s", RATE, "the goal on 2 cores"),
        informs("index built once", built, "s", f"{len(items)} items"),
    ]


def planted(items: list[BenchmarkItem]) -> list[Figure]:
    """Recall for each kind of change: items found under their own number."""
    index, figures = Decontaminator(items), []
    for name, change in CHANGES.items():
        texts = [change(f"{item.prompts[0]}\n", f"{item.solution}\n") for item in items]
        found = index.judge_texts(texts, ["python"] * len(texts))
        own = [
            verdict is not None and item.id in {hit.item for hit in verdict.hits}
            for verdict, item in zip(found, items, strict=True)
        ]
        recall, words = sum(own) / len(own), f"{sum(own)} of {len(own)}"
        goal = EXPECTED_RECALL.get(name)
        figures.append(
            at_least(f"found: {name}", recall, "share", goal, words)
            if goal
            else informs(f"found: {name}", recall, "share", words)
        )
    return figures


def false_positives(items: list[BenchmarkItem], clean: list[str]) -> list[Figure]:
    """Clean functions that are taken for contaminated."""
    index, wrong = Decontaminator(items), 0
    for first in range(0, len(clean), BATCH):
        batch = clean[first : first + BATCH]
        wrong += sum(verdict is not None for verdict in index.judge_texts(batch, ["python"] * len(batch)))
    return [informs("clean functions dropped", wrong, "functions", f"of {len(clean)}")]


def _item(function: str) -> BenchmarkItem:
    """A function in the form of an MBPP item: a description, and code without it."""
    tree = ast.parse(function)
    node = tree.body[0]
    prompt = ast.get_docstring(node) or ""
    node.body = node.body[1:] or [ast.Pass()]
    return BenchmarkItem("stand-in", node.name, (prompt.split("\n\n")[0],), ast.unparse(tree), node.name, "python")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mbpp", type=Path, help="mbpp.jsonl")
    parser.add_argument("--clean", type=int, default=12_000, help="clean functions")
    parser.add_argument("--repeat", type=int, default=3, help="how often they are judged for the rate")
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
