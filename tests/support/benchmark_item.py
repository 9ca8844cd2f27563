"""One item of a benchmark, and what is found of it in a text."""

from aiev.similarity.decontamination.benchmarks import BenchmarkItem
from aiev.similarity.decontamination.decontaminator import Decontaminator

ITEM = BenchmarkItem(
    benchmark="b",
    id="1",
    prompts=("Write a function to count how many words of a sentence begin with a capital letter.",),
    solution="def count_capitals(sentence):\n    words = sentence.split()\n"
    "    capitals = [word for word in words if word[0].isupper()]\n    return len(capitals)\n",
    entry_point="count_capitals",
    language="python",
)


def hits(text, language="python", item=ITEM):
    (found,) = Decontaminator([item]).judge_texts([text], [language])
    return {hit.test: hit for hit in found.hits} if found else {}
