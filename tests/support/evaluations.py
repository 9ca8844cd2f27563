"""Evaluations with scripted models and a scripted interpreter, in a real store."""

import asyncio
from contextlib import contextmanager

from support.talk import BAD, GOOD, judge

from aiev.config.layers import load_config
from aiev.run.progress import Progress
from aiev.store.reading.student import StudentReader
from aiev.store.writing.student import StudentStore
from aiev.student.context import EvaluationContext
from aiev.student.evaluate import evaluate
from aiev.student.problems import Problem
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_interpreter.backends.scripted import ScriptedInterpreter

PROBLEMS = [
    Problem(f"p{number}", f"Write `add(a, b)`, number {number}.", "assert add(1, 2) == 3") for number in range(6)
]
QUIET = ("accept.policy=tests", "questioner.constraint=off", "programmer.constraint=off", "gate.min_items=1")


@contextmanager
def open_context(path, model, *assignments, interpreter=None):
    with StudentStore.open(path) as store, StudentReader.open(path) as reader:
        settings = load_config(assignments=(*QUIET, *assignments)).settings
        sandbox = interpreter or ScriptedInterpreter(judge)
        yield EvaluationContext(store, reader, model, sandbox, settings, Progress(total=0))


def solver(*, name="m", solves=lambda _number: True):
    """Solves the problems whose number it likes."""

    def answer(request):
        number = int(request.turns[-1][1].rpartition("number ")[2].rstrip("."))
        return GOOD if solves(number) else BAD

    return ScriptedChatModel(answer, name=name)


def evaluated(path, model, *assignments, problems=PROBLEMS, interpreter=None, **about):
    with open_context(path, model, *assignments, interpreter=interpreter) as context:
        return asyncio.run(evaluate(context, problems, **about))
