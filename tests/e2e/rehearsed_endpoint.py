"""An endpoint whose replies are functions of the request alone, and lead each dialogue to an end that its name says.

Names of functions end with a number, which says how the dialogue goes: see `ENDS`.
"""

import hashlib
import re

from aiohttp import web
from support.counting_endpoint import CountingEndpoint, completion

ENDS = {
    **dict.fromkeys(range(20), "round 1"),
    **dict.fromkeys((2, 10, 17), "round 2"),
    **dict.fromkeys((5, 12, 19), "round 3"),
    **dict.fromkeys((3, 8, 14), "never"),
    6: "malformed",
    15: "no tests",
    18: "rejected",
}
"""Accepted in that round; never accepted; accepted after a reply without a program, or without tests; refused."""
NAME = re.compile(r"\b([a-z]+_[a-z]+_(\d\d))\b")


class RehearsedEndpoint(CountingEndpoint):
    """`bodies` holds what was asked, in the order in which it came."""

    def __init__(self, latency=0.0):
        super().__init__(latency, failure=self._answer)
        self.bodies = []

    async def _answer(self, request, body, count):
        self.bodies.append(body)
        text = reply(body["messages"])
        if text is None:
            error = {"message": "This model's maximum context length is exceeded.", "type": "invalid_request_error"}
            return web.json_response({"error": error}, status=400)
        return web.json_response(completion(text))


def reply(messages):
    """What the model says; None for what it would not take."""
    system, last = messages[0]["content"], messages[-1]["content"]
    name, number = NAME.search(last).groups()
    if system.startswith("You write programming exercises"):
        return f"Write a Python function `{name}(a, b)` that returns the sum of two numbers. Keep to {words(name)}."
    attempt = max(map(int, re.findall(r"[Aa]ttempt (\d)", last)), default=0)
    if system.startswith("You report"):
        return f"Attempt {attempt} of {name} does not give what the exercise asks for."
    return answer(name, int(number), attempt + 1)


def answer(name, number, attempt):
    """The programmer's words."""
    end = ENDS[number]
    if end == "rejected" and attempt == 2:
        return None
    if end == "malformed" and attempt == 1:
        return f"Attempt 1 of {name}: add the two numbers."
    passes = {"never": 9, "rejected": 9, "no tests": 1, "malformed": 2}.get(end) or int(end[-1])
    body = "a + b" if attempt >= passes else f"a + b + {attempt}"
    lines = "\n".join(f"    x{place} = {word!r}" for place, word in enumerate(words(name).split()))
    program = f"def {name}(a, b):\n    # attempt {attempt}\n{lines}\n    return {body}"
    fenced = f"Add the numbers.\n\n```python\n{program}\n```"
    tests = f"assert {name}(1, {number}) == {number + 1}\nassert {name}(0, 0) == 0"
    return fenced if end == "no tests" and attempt == 1 else f"{fenced}\n\nUnit tests:\n```python\n{tests}\n```"


def words(name):
    """Words that belong to a name, so that no two exercises are near-duplicates."""
    key = hashlib.sha256(name.encode()).hexdigest()
    return " ".join(key[at : at + 6] for at in range(0, 48, 6))
