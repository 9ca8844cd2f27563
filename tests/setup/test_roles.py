import pytest

from aiev.config.layers import load_config
from aiev.setup.roles import build_agent
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.roles.settings import Constraint


@pytest.mark.parametrize("role", ["questioner", "programmer"])
def test_an_agent_decodes_as_the_settings_of_its_role_say(role):
    changes = [f"{role}.temperature=0.5", f"{role}.top_p=0.9", f"{role}.max_tokens=33", f"{role}.constraint=off"]
    settings = load_config([], changes).settings
    agent = build_agent(ScriptedChatModel([]), getattr(settings, role), settings.model)
    assert (agent.sampling.temperature, agent.sampling.top_p, agent.sampling.max_tokens) == (0.5, 0.9, 33)
    assert agent.constraint is Constraint.OFF
