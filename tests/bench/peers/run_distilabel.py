"""Makes calls with distilabel, in its own environment; prints one line of JSON."""

import json
import os
import resource
import sys
import tempfile
import time

os.environ |= {"HF_HUB_OFFLINE": "1", "DISTILABEL_LOG_LEVEL": "ERROR"}

from distilabel.models import OpenAILLM
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts
from distilabel.steps.tasks import TextGeneration


def spent():
    """CPU seconds of this process and of the children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main():
    """Carry out the plan."""
    plan = json.loads(sys.argv[1])
    os.environ["XDG_CACHE_HOME"] = folder = tempfile.mkdtemp()
    rows = [{"instruction": f"{plan['prompt']} {n}"} for n in range(plan["calls"])]
    with Pipeline(name="bench", cache_dir=folder) as pipeline:
        load = LoadDataFromDicts(data=rows, batch_size=plan["in_flight"])
        model = OpenAILLM(model="m", base_url=plan["url"], api_key="sk-bench", max_retries=0, timeout=120)
        load >> TextGeneration(llm=model, input_batch_size=plan["in_flight"], add_raw_input=False)
    wall, cpu = time.perf_counter(), spent()
    made = pipeline.run(use_cache=False)
    wall, cpu = time.perf_counter() - wall, spent() - cpu
    replies = sum(bool(row["generation"]) for row in made["default"]["train"])
    sys.stdout.write("\n" + json.dumps({"seconds": wall, "cpu": cpu, "replies": replies}) + "\n")


if __name__ == "__main__":
    main()
