"""The sentences that post-processing adds, several for each purpose, so that no single template is learnt.

Invariant: the sentence of a dialogue depends only on its id and the place. `{count}` is what the interpreter counted;
no sentence claims anything else.
"""

from __future__ import annotations

import hashlib

PHRASINGS = {
    "request": (
        "Please run it and show me that the tests pass.",
        "Run the code with its tests, please.",
        "Can you execute it to make sure that it works?",
        "Write unit tests as well, and run everything.",
        "I would like to see it run before I use it.",
        "Execute your solution together with the tests.",
        "Try it out in the interpreter, too.",
        "Check the result by running it.",
        "Make sure that it works: run the tests.",
        "Then run it.",
        "Please verify your answer with the code interpreter.",
        "Don't just write it, run it as well.",
    ),
    "announce": (
        "I will run this now.",
        "Let me execute it.",
        "Running the program with its tests:",
        "Here is the code, which I run right away.",
        "Let me check that with the interpreter.",
        "I execute the following:",
        "Let's see whether the tests pass.",
        "The interpreter can tell; I run it:",
        "This is what I am going to run:",
        "Let me try it out.",
    ),
    "output": (
        "Execution result:",
        "Output of the run:",
        "The interpreter says:",
        "This is what the run printed:",
        "Result:",
        "Here is the output:",
        "The run ended with this:",
        "From the interpreter:",
    ),
    "again": (
        "Please fix it and run it again.",
        "Correct the program and try again.",
        "Can you repair it and execute it once more?",
        "Run the corrected version, please.",
        "Please change what is wrong, then run the tests again.",
        "Have another look and run it again.",
        "Mend it and show me another run.",
        "Try again.",
    ),
    "closing": (
        "The run succeeded: {count} held.",
        "All tests pass ({count}).",
        "It works: {count} held when I ran it.",
        "The tests ran through, with {count} that held.",
        "The interpreter confirms it: {count} passed.",
        "Executed without an error; {count} held.",
        "That passes: {count} checked.",
        "Done, the program passes its tests ({count}).",
        "The output shows that {count} held, so this is my answer.",
        "As the run shows, {count} passed.",
    ),
}


def phrasing(purpose: str, *place: object) -> str:
    """The sentence for a purpose at a place, such as a dialogue's id and a round."""
    return PHRASINGS[purpose][draw(len(PHRASINGS[purpose]), purpose, *place)]


def draw(below: int, *place: object) -> int:
    """A number from 0 to `below` - 1 that depends only on the place."""
    digest = hashlib.sha256("\0".join(map(str, place)).encode()).digest()
    return int.from_bytes(digest[:8], "big") % below
