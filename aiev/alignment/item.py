"""What is drawn for one seed before any model is asked: the kind of task, and the examples that prompts show.

Invariant: a draw depends on the run's seed and the snippet alone, so it is the same in every start, on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev.dialogue.state import decoding_seed
from aiev_agents.pool import CATEGORIES, DIFFICULTIES, draw, load_pool

if TYPE_CHECKING:
    from aiev.alignment.settings import AlignSettings
    from aiev_agents.pool import Example

_SEEDS = 1 << 31


@dataclass(frozen=True, slots=True)
class Item:
    """One seed with what was drawn for it."""

    snippet: str
    language: str
    key: str
    """Draws all else, decoding seeds included."""
    category: str
    difficulty: str
    for_concepts: tuple[Example, ...]
    for_instruction: tuple[Example, ...]
    for_response: tuple[Example, ...]

    @classmethod
    def of(cls, snippet: str, language: str, key: str, settings: AlignSettings) -> Item:
        """Draw for a snippet."""
        pool = load_pool(language)
        categories = [name for name in CATEGORIES if any(example.category == name for example in pool)]
        return cls(
            snippet,
            language,
            key,
            categories[decoding_seed(key, "category", 0) % len(categories)],
            DIFFICULTIES[decoding_seed(key, "difficulty", 0) % len(DIFFICULTIES)],
            for_concepts=draw(pool, settings.shots, f"{key}/concepts"),
            for_instruction=draw(pool, settings.shots, f"{key}/instruction"),
            for_response=draw(pool, settings.response_shots, f"{key}/response"),
        )

    def chance(self, purpose: str, number: int = 0) -> float:
        """A number from 0 to below 1, drawn for one purpose."""
        return decoding_seed(self.key, purpose, number) / _SEEDS

    @property
    def shots(self) -> dict[str, list[int]]:
        """Numbers of the drawn examples within their pool, by the step that shows them."""
        steps = {
            "concepts": self.for_concepts,
            "instruction": self.for_instruction,
            "response": self.for_response,
        }
        return {step: [example.index for example in examples] for step, examples in steps.items()}
