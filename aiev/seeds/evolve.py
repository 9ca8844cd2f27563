"""Makes seed problems harder, one heuristic at a time, and counts the attempts that fail.

Invariants: which heuristic a problem gets depends on the problem and the run's seed alone; every request goes through
the journal; a harder problem passes through the late filters, as any other snippet does; attempts = made + the sum over
all reasons.

Source: Evol-Instruct for code, WizardCoder (arXiv 2306.08568, section 3.1); see `aiev_agents/roles/evolver.py`.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from aiev.seeds.filters.filter import Drop, apply_filters
from aiev.seeds.funnel import Funnel
from aiev.seeds.snippet import PROBLEM, Snippet
from aiev_agents.errors import RequestRejected
from aiev_agents.messages import Sampling
from aiev_agents.roles.evolver import draw_heuristic, evolve, is_same, why_eliminated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiev.seeds.filters.filter import Filter
    from aiev.seeds.model_queries import ModelQueries
    from aiev.seeds.settings import EvolveSettings
    from aiev.store.records import SeedRecord

_BATCH = 256
_COMPARE_TOKENS = 4
_STEP = "evolve"
_SEEDS = 2**31


class Evolution:
    """Asks a model for harder problems, and counts what becomes of them."""

    def __init__(self, queries: ModelQueries, config: EvolveSettings, *, seed: int, filters: Sequence[Filter]) -> None:
        self._funnel = Funnel()
        self._rounds = config.rounds
        self._replaces = not config.keep_original
        self._filters = filters
        self._queries = queries
        self._writing = Sampling(temperature=config.temperature, max_tokens=config.max_tokens)
        self._comparing = Sampling(temperature=0.0, top_p=1.0, max_tokens=_COMPARE_TOKENS)
        self._compares = config.compare
        self._seed = seed

    def apply(self, seeds: Iterable[SeedRecord]) -> Iterator[SeedRecord]:
        """The seeds, each batch followed by its harder problems, which replace the old ones unless these are kept.

        Raises:
            AievError: the model cannot be reached; what it wrote is in the journal.
        """
        pulled = iter(seeds)
        while batch := list(islice(pulled, _BATCH)):
            yield from self._batch(batch)

    def report(self) -> dict[str, Any]:
        """Attempts, how many made a harder problem, and why the others were eliminated."""
        return {
            "attempts": self._funnel.taken,
            "made": self._funnel.kept,
            "eliminated": dict(self._funnel.dropped.most_common()),
            "balances": self._funnel.holds,
        }

    def _batch(self, batch: list[SeedRecord]) -> list[SeedRecord]:
        found = batch
        latest: Sequence[Snippet] = [Snippet.of(seed) for seed in batch if seed.kind == PROBLEM]
        for _ in range(self._rounds if latest else 0):
            latest = self._round(latest)
            replaced = {snippet.evolved_from for snippet in latest} if self._replaces else set[str]()
            found = [seed for seed in found if seed.id not in replaced] + [snippet.record() for snippet in latest]
        return found

    def _round(self, problems: Sequence[Snippet]) -> Sequence[Snippet]:
        """Harder problems that passed everything."""
        made = self._queries.answers([partial(self._one, snippet) for snippet in problems])
        for snippet, drop in made:
            self._funnel.take(snippet)
            if drop:
                self._funnel.drop(drop, _STEP)
        harder = apply_filters([snippet for snippet, drop in made if drop is None], self._filters, self._funnel)
        for snippet in harder:
            self._funnel.keep(snippet)
        return harder

    async def _one(self, snippet: Snippet) -> tuple[Snippet, Drop | None]:
        parent = snippet.id
        heuristic = draw_heuristic(f"{self._seed}:{parent}")
        asked = {
            "problem": snippet.content,
            "language": snippet.language,
            "seed": int(hashlib.sha256(f"{self._seed}:{parent}".encode()).hexdigest(), 16) % _SEEDS,
        }
        made = replace(snippet, name=None, evolved_from=parent, heuristic=heuristic)
        try:
            text = await evolve(self._queries.agent(self._writing), heuristic=heuristic, **asked)  # type: ignore[arg-type]
            made = replace(made, content=text)
            reason = why_eliminated(snippet.content, text)
            if reason is None and self._compares:
                agent = self._queries.agent(self._comparing)
                reason = "no_gain" if await is_same(agent, evolved=text, **asked) else None  # type: ignore[arg-type]
        except RequestRejected as error:
            return made, Drop("not_evolved", str(error))
        return made, Drop(reason, heuristic) if reason else None
