"""Makes calls with bespokelabs-curator, in its own environment; prints one line of JSON."""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

# Its tokenizer's table is fetched over the network unless it is found; litellm, which it depends on, ships it.
TABLE = next(Path(sys.prefix).glob("lib/python*/site-packages/litellm/litellm_core_utils/tokenizers"))
os.environ |= {
    "TELEMETRY_ENABLED": "0",
    "HF_HUB_OFFLINE": "1",
    "CURATOR_DISABLE_RICH_DISPLAY": "1",
    "TIKTOKEN_CACHE_DIR": str(TABLE),
}
plan = json.loads(sys.argv[1])

from bespokelabs import curator  # noqa: E402 - reads the environment when it is imported
from datasets import Dataset  # noqa: E402


class Writer(curator.LLM):
    """One call for each row."""

    def prompt(self, row):
        """The row's own prompt."""
        return row["prompt"]

    def parse(self, row, response):
        """Keep the text."""
        return {"number": row["number"], "text": response}


def main():
    """Carry out the plan."""
    limits = {
        "max_requests_per_minute": 10_000_000,
        "max_tokens_per_minute": 100_000_000_000,
        "max_concurrent_requests": plan["in_flight"],
        "max_retries": 0,
        "request_timeout": 120,
    }
    with tempfile.TemporaryDirectory() as folder:
        writer = Writer(
            model_name="m", backend="openai", backend_params={"base_url": plan["url"], "api_key": "sk-bench"} | limits
        )
        rows = Dataset.from_list([{"number": n, "prompt": f"{plan['prompt']} {n}"} for n in range(plan["calls"])])
        wall, cpu = time.perf_counter(), time.process_time()
        made = writer(rows, working_dir=folder)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    dataset = getattr(made, "dataset", made)
    sys.stdout.write("\n" + json.dumps({"seconds": wall, "cpu": cpu, "replies": len(dataset)}) + "\n")


if __name__ == "__main__":
    main()
