"""Builds seeds with a scripted model in the place of the configured one."""

from aiev.config.layers import load_config
from aiev.seeds.build import build_seeds

GOOD = 'def twice(x):\n    """Return {n} * x."""\n    return {n} * x\n'
JUDGED = 'seeds.filters=["size", "exact_duplicates", "docstring_judge"]'


def write_functions(folder, count=6):
    for n in range(count):
        (folder / f"{n}.py").write_text(GOOD.format(n=n))


def build(folder, model, *assignments, sources=None):
    """Returns the report; the seeds go to `out.jsonl`, the journal to `journal.db`."""
    config = load_config(assignments=["model.backend=openai", *assignments])
    named = sources or [str(path) for path in sorted(folder.glob("*.py"))]
    return build_seeds(config, named, folder / "out.jsonl", db=folder / "journal.db", model=model)
