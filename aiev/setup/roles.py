"""Makes agents, and who is heard about a problem, from the settings of their roles."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aiev.dialogue.state import decoding_seed
from aiev.evidence.witnesses import Hearing
from aiev_agents.messages import Sampling
from aiev_agents.roles.agent import Agent

if TYPE_CHECKING:
    from aiev.config.settings import Settings
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.clients.settings import ModelSettings
    from aiev_agents.roles.settings import RoleSettings


def build_agent(model: ChatModel, role: RoleSettings, of: ModelSettings) -> Agent:
    """A model that plays a role."""
    sampling = Sampling(temperature=role.temperature, top_p=role.top_p, max_tokens=role.max_tokens, beside=of.decoding)
    return Agent(model=model, sampling=sampling, constraint=role.constraint)


def build_hearing(model: ChatModel, settings: Settings, *, problem: str, language: str, key: str) -> Hearing:
    """Who is heard about a problem outside of a dialogue; `key` draws the decoding seeds, as a dialogue's does."""
    return Hearing(
        programmer=build_agent(model, settings.programmer, settings.model),
        questioner=build_agent(model, settings.questioner, settings.model),
        problem=problem,
        language=language,
        settings=settings.accept,
        seed=partial(decoding_seed, key),
    )
