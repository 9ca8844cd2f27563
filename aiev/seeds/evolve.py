"""Makes seed problems harder, one heuristic at a time, and says which attempts came to nothing.

Invariants: which heuristic a problem gets depends on the problem and the run's seed alone; every request goes through
the journal; what the model wrote passes through the late filters, benchmarks and duplicates included, as what was found
did; attempts = made + the sum over all reasons.

Source: Evol-Instruct for code, WizardCoder (arXiv 2306.08568, section 3.1); see `aiev_agents/evolver.py`.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from aiev.seeds.funnel import Funnel
from aiev.seeds.pipeline import record_of, seed_id, snippet_of
from aiev.seeds.verdicts import Drop
from aiev.seeds.worker import passed
from aiev_agents.errors import RequestRejected
from aiev_agents.messages import Sampling
from aiev_agents.roles.evolver import draw_heuristic, evolve, is_same, why_eliminated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiev.seeds.asking import Asking
    from aiev.seeds.extract import Snippet
    from aiev.seeds.settings import EvolveSettings
    from aiev.seeds.verdicts import Filter
    from aiev.store.records import SeedRecord

_BATCH = 256
_COMPARE_TOKENS = 4
_PROBLEM = "problem"
_STEP = "evolve"
_SEEDS = 2**31


class Evolution:
    """Asks a model for harder problems, and counts what came of it in `ledger`."""

    def __init__(self, asking: Asking, config: EvolveSettings, *, seed: int, filters: Sequence[Filter]) -> None:
        self.ledger = Funnel()
        self._rounds = config.rounds
        self._replaces = not config.keep_original
        self._filters = filters
        self._asking = asking
        self._writing = Sampling(temperature=config.temperature, max_tokens=config.max_tokens)
        self._comparing = Sampling(temperature=0.0, top_p=1.0, max_tokens=_COMPARE_TOKENS)
        self._compares = config.compare
        self._seed = seed

    def apply(self, seeds: Iterable[SeedRecord]) -> Iterator[SeedRecord]:
        """The seeds, and behind each batch of them what was made of its problems; or that in the place of these.

        Raises:
            AievError: the model is not to be had; what it wrote is in the journal.
        """
        pulled = iter(seeds)
        while batch := list(islice(pulled, _BATCH)):
            yield from self._batch(batch)

    def report(self) -> dict[str, Any]:
        """Attempts, what they made, and why the others came to nothing."""
        return {
            "attempts": self.ledger.taken,
            "made": self.ledger.kept,
            "eliminated": dict(self.ledger.dropped.most_common()),
            "balances": self.ledger.holds,
        }

    def _batch(self, batch: list[SeedRecord]) -> list[SeedRecord]:
        found, latest = batch, [snippet_of(seed) for seed in batch if seed.kind == _PROBLEM]
        for _ in range(self._rounds if latest else 0):
            latest = self._round(latest)
            replaced = {snippet.evolved_from for snippet in latest} if self._replaces else set[str]()
            found = [seed for seed in found if seed.id not in replaced] + [record_of(snippet) for snippet in latest]
        return found

    def _round(self, problems: list[Snippet]) -> list[Snippet]:
        """Harder problems that passed everything."""
        made = self._asking.all([partial(self._one, snippet) for snippet in problems])
        for snippet, drop in made:
            self.ledger.take(snippet)
            if drop:
                self.ledger.drop(drop, _STEP)
        harder = passed([snippet for snippet, drop in made if drop is None], self._filters, self.ledger)
        for snippet in harder:
            self.ledger.keep(snippet)
        return harder

    async def _one(self, snippet: Snippet) -> tuple[Snippet, Drop | None]:
        parent = seed_id(snippet)
        heuristic = draw_heuristic(f"{self._seed}:{parent}")
        asked = {
            "problem": snippet.content,
            "language": snippet.language,
            "seed": int(hashlib.sha256(f"{self._seed}:{parent}".encode()).hexdigest(), 16) % _SEEDS,
        }
        made = replace(snippet, name=None, evolved_from=parent, heuristic=heuristic)
        try:
            text = await evolve(self._asking.agent(self._writing), heuristic=heuristic, **asked)  # type: ignore[arg-type]
            made = replace(made, content=text)
            reason = why_eliminated(snippet.content, text)
            if reason is None and self._compares:
                agent = self._asking.agent(self._comparing)
                reason = "no_gain" if await is_same(agent, evolved=text, **asked) else None  # type: ignore[arg-type]
        except RequestRejected as error:
            return made, Drop("not_evolved", str(error))
        return made, Drop(reason, heuristic) if reason else None
