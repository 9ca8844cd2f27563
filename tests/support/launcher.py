"""Starts `aiev` commands in forks of a process that has imported everything: real processes that are up at once.

Reads one JSON list of arguments a line; answers with the child's process id, and with its exit code when it has ended.
"""

import json
import os
import sys
from pathlib import Path

from aiev.cli import (
    live,  # noqa: F401 - imported before the fork
    main,
)
from aiev.dialogue.graph import dialogue_graph
from aiev_agents.clients import openai as openai_model  # noqa: F401
from aiev_interpreter.backends import (
    bubblewrap,  # noqa: F401
    sandboxed,  # noqa: F401
)


def run(arguments):
    with Path("out").open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    try:
        main(arguments, prog_name="aiev")
    except SystemExit as ended:
        sys.stdout.flush()
        os._exit(ended.code if isinstance(ended.code, int) else 1)
    os._exit(0)


def say(number):
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


dialogue_graph()
for line in sys.stdin:
    child = os.fork()
    if not child:
        run(json.loads(line))
    say(child)
    _, status = os.waitpid(child, 0)
    say(os.waitstatus_to_exitcode(status))
