"""Makes agents from the settings of their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev_agents.messages import Sampling
from aiev_agents.roles.agent import Agent

if TYPE_CHECKING:
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.roles.settings import RoleSettings


def build_agent(model: ChatModel, role: RoleSettings) -> Agent:
    """A model that plays a role."""
    sampling = Sampling(temperature=role.temperature, top_p=role.top_p, max_tokens=role.max_tokens)
    return Agent(model=model, sampling=sampling, constraint=role.constraint)
