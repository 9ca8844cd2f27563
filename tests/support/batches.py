"""A run whose questions go out by batch, and the live calls that are left."""

import sys
from collections import Counter

from support.loading import load_seeds
from support.talk import GOOD, judge

from aiev.recipes.teach import Teaching
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_interpreter.backends.scripted import ScriptedInterpreter

AIEV = [sys.executable, "-c", "from aiev.cli import main; main(prog_name='aiev')"]
SEEDS = load_seeds([], limit=6).seeds


async def teach(config, db):
    """Teach, and count what is asked live: only programs, when the questions came by batch."""
    model = ScriptedChatModel(lambda request: "Live." if request.purpose == "questioner/ask" else GOOD, name="m")
    result = await Teaching(config, SEEDS, db).run(model=model, interpreter=ScriptedInterpreter(judge))
    return result, Counter(request.purpose for request in model.requests)
