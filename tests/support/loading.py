"""Loads seeds as `aiev teach` does, with the plan that the options describe."""

from aiev.seeds.load import load_seeds as load_with_plan
from aiev.seeds.settings import DEFAULT_FILTERS, Plan, SourceSettings


def load_seeds(sources, *, self_contained=True, limit=0, judge_rows=False, filters=DEFAULT_FILTERS, late=(), **source):
    names = tuple(name for name in filters if self_contained or name != "self_contained")
    plan = Plan(source=SourceSettings(**source), filters=names, judge_rows=judge_rows, workers=1)
    return load_with_plan([str(one) for one in sources], plan, late=late, limit=limit)
