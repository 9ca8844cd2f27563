"""Names runs and their conversations, and the recipes that make them.

Invariant: an id is a hash over everything that shapes what it names, so the same command resumes the same run, and
databases of several machines can be merged.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from aiev_agents.pool import pool_hashes
from aiev_agents.roles.prompting import prompt_hashes

if TYPE_CHECKING:
    from aiev.config.layers import Config

TEACH = "teach"
"""The recipe of dialogues that the teacher makes."""
SELF_LEARN = "self_learn"
"""The recipe of dialogues that the student makes."""
VERIFY = "verify"
"""The recipe that adds evidence to dialogues."""
SELF_ALIGN = "selfcodealign"
"""The recipe of instructions that a model writes and answers itself."""
CODEDPO = "codedpo"
"""The recipe of programs and tests that judge each other."""
_PROMPTS = dict.fromkeys((SELF_ALIGN, CODEDPO), ("aligner", "judge", "programmer", "questioner"))
"""Agents whose prompts shape a run, where they are not those of dialogues."""


def prompts_of(recipe: str) -> dict[str, str]:
    """Name and hash of the prompts that shape a run of a recipe, and of the pool of examples that they show."""
    agents = _PROMPTS.get(recipe)
    return prompt_hashes() if agents is None else prompt_hashes(agents=agents) | pool_hashes()


def run_id(config: Config, recipe: str = TEACH) -> str:
    """Names a run by its configuration, prompts and recipe: 12 hex digits."""
    shaped_by = [config.fingerprint, recipe, *(f"{name}={digest}" for name, digest in prompts_of(recipe).items())]
    return hashlib.sha256("\n".join(shaped_by).encode()).hexdigest()[:12]


def conversation_id(run_id: str, seed_id: str) -> str:
    """Names the dialogue of one seed in one run: 16 hex digits."""
    return hashlib.sha256(f"{run_id}:{seed_id}".encode()).hexdigest()[:16]
