"""A small run in full view of the observers that a test opens."""

import pytest
from support.loading import load_seeds
from support.talk import PROBLEM, judge, reply

from aiev.config.layers import load_config
from aiev.recipes.teach import Teaching
from aiev.telemetry.operations import Observers
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_interpreter.backends.scripted import ScriptedInterpreter

QUIET = (
    "accept.policy=tests",
    "questioner.constraint=off",
    "programmer.constraint=off",
    "run.workers=2",
    "dialogue.max_rounds=2",
)


def distinct_programs():
    """A model whose programs all differ, so that none is taken from the journal; the first is wrong."""
    written = iter(range(1000))

    def answer(request):
        if request.purpose.startswith("questioner/"):
            return PROBLEM if request.purpose == "questioner/ask" else "The sum is wrong."
        number = next(written)
        return reply(
            "def add(a, b):\n    return a - b  # bad"
            if number == 0
            else f"def add(a, b):\n    return a + b + 0 * {number}"
        )

    return ScriptedChatModel(answer)


@pytest.fixture
def teach(tmp_path):
    """Run over three seeds: the first program is wrong, all others are right."""

    async def run(*observers, model=None, assignments=()):
        config = load_config(assignments=(*QUIET, *assignments))
        teaching = Teaching(config, load_seeds([], limit=3).seeds, tmp_path / "t.db", observers=Observers(*observers))
        model = model or distinct_programs()
        return await teaching.run(model=model, interpreter=ScriptedInterpreter(judge))

    return run
