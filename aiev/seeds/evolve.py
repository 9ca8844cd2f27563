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

from aiev.seeds.filters.filter import Drop
from aiev.seeds.funnel import Funnel, apply_filters
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

    def __init__(
        self, queries: ModelQueries, settings: EvolveSettings, *, seed: int, filters: Sequence[Filter]
    ) -> None:
        self._funnel = Funnel()
        self._queries = queries
        self._settings = settings
        self._seed = seed
        self._filters = filters

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
        for _ in range(self._settings.rounds if latest else 0):
            latest = self._round(latest)
            replaced = {snippet.evolved_from for snippet in latest} if not self._settings.keep_original else set[str]()
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
        """What the model made of a problem, and why it is eliminated, if it is."""
        key = f"{self._seed}:{snippet.id}"
        heuristic, seed = draw_heuristic(key), int(hashlib.sha256(key.encode()).hexdigest(), 16) % _SEEDS
        made = replace(snippet, name=None, evolved_from=snippet.id, heuristic=heuristic)
        agent = self._queries.agent(
            Sampling(temperature=self._settings.temperature, max_tokens=self._settings.max_tokens)
        )
        try:
            text = await evolve(
                agent, problem=snippet.content, language=snippet.language, seed=seed, heuristic=heuristic
            )
            made = replace(made, content=text)
            reason = why_eliminated(snippet.content, text)
            if reason is None and self._settings.compare and await self._is_same(snippet, made, seed):
                reason = "no_gain"
        except RequestRejected as error:
            return made, Drop("not_evolved", str(error))
        return made, Drop(reason, heuristic) if reason else None

    async def _is_same(self, old: Snippet, new: Snippet, seed: int) -> bool:
        agent = self._queries.agent(Sampling(temperature=0.0, top_p=1.0, max_tokens=_COMPARE_TOKENS))
        return await is_same(agent, problem=old.content, evolved=new.content, language=old.language, seed=seed)
