"""A filter that asks a model whether a function's documentation is enough to write it again.

Source: SelfCodeAlign, arXiv 2410.24198, section 3.1.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aiev.seeds.filters.filter import Drop
from aiev.seeds.snippet import FUNCTION
from aiev_agents.errors import RequestRejected
from aiev_agents.messages import Sampling
from aiev_agents.roles.judge import documentation_is_enough

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.seeds.model_queries import ModelQueries
    from aiev.seeds.snippet import Snippet
    from aiev_agents.roles.judge import Shots


class DocstringJudge:
    """Drops functions with poor documentation; anything else passes."""

    name = "docstring_judge"

    def __init__(self, queries: ModelQueries, *, tokens: int, seed: int, shots: Shots = 2) -> None:
        self._queries = queries
        self._sampling = Sampling(temperature=0.0, top_p=1.0, max_tokens=tokens)
        self._seed = seed
        self._shots = shots

    def judge(self, batch: Sequence[Snippet]) -> list[Drop | None]:
        """See `Filter.judge`.

        Raises:
            AievError: the model cannot be reached; replies that came are in the journal.
        """
        functions = [snippet for snippet in batch if snippet.kind == FUNCTION]
        found = iter(self._queries.answers([partial(self._ask, snippet) for snippet in functions]))
        return [next(found) if snippet.kind == FUNCTION else None for snippet in batch]

    async def _ask(self, snippet: Snippet) -> Drop | None:
        agent = self._queries.agent(self._sampling)
        try:
            enough = await documentation_is_enough(
                agent, function=snippet.content, seed=self._seed, language=snippet.language, shots=self._shots
            )
        except RequestRejected as error:
            return Drop("not_judged", str(error))
        return None if enough else Drop("poor_docstring")
