"""What is read out of replies to the aligner, and what its prompts show."""

import time

import pytest

from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.messages import Sampling
from aiev_agents.pool import draw, load_pool
from aiev_agents.roles.agent import Agent
from aiev_agents.roles.aligner import concepts, concepts_of, inspire, instruct, instruction_of, respond
from aiev_agents.roles.reply import parse_reply

TASK = "Write a Python function `total(prices)` that takes a list of numbers and returns their sum."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("recursion, nested lists, depth", "recursion|nested lists|depth"),
        ("Recursion, recursion,, RECURSION , lists.", "Recursion|lists"),
        ("- recursion\n- nested lists\n\nBoth matter a lot, don't they?", "recursion|nested lists"),
        ("1. recursion\n2) nested lists\n3. recursion", "recursion|nested lists"),
        ("Here are the concepts:\n\n* **Recursion**: a function calls itself, again.\n* `lists`", "Recursion|lists"),
        ("The concepts are:\nrecursion\nnested lists", "recursion|nested lists"),
        ("Sure, here are some concepts: recursion, lists", "recursion|lists"),
        ("recursion\n\nnested  lists\n\ndepth", "recursion|nested lists|depth"),
        ("**Concepts:** recursion; list (nested, deep), and depth", "recursion|list (nested, deep)|depth"),
        ("### Concepts\n\nrecursion, lists\n\nThese are short, simple words.", "recursion|lists"),
        ('["recursion", "nested lists"]', "recursion|nested lists"),
        ("```\nrecursion, lists\n```", "recursion|lists"),
        ("recursion - calling itself, lists – many things", "recursion|lists"),
        ("time complexity: O(n), key-value pairs", "time complexity|key-value pairs"),
        ("This function walks through every item of a nested list.", ""),
        ("recursion, this is a function that calls itself again and again", "recursion"),
        ("", ""),
        (" , ;\n- \n", ""),
        (", ".join(f"concept {n}" for n in range(12)), "|".join(f"concept {n}" for n in range(8))),
    ],
)
def test_concepts_are_read_from_lists_of_all_kinds(text, found):
    assert "|".join(concepts_of(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        TASK,
        f"  {TASK}\n",
        f'"{TASK}"',
        f"**{TASK}**",
        f"### Exercise\n\n{TASK}",
        f"# {TASK}",
        f"1. {TASK}",
        f"Exercise\n{TASK}",
        f"**Instruction:** {TASK}",
        f"Sure! Here is an exercise:\n\n{TASK}",
        f"Concepts: sum, list\nCategory: function\nDifficulty: easy\n\nExercise 1: {TASK}",
        f"Title: Sums\n\n{TASK}",
        f"{TASK}\n\nSolution:\n```python\ndef total(prices):\n    return sum(prices)\n```",
        f"{TASK}\n\nHere it is:\n\n```python\ndef total(prices):\n    return sum(prices)\n```\nIt adds them.",
        f"{TASK}\n\n```js\nconst total = (p) => 1;\nfunction f() {{ return total([]); }}\n```",
        f"{TASK}\n\n### Response\nAdd them.",
        f"{TASK}\n\n---\nAnother one.",
        f"{TASK}\nConcepts: loops\nCategory: class",
        f"```text\n{TASK}\n```",
        f"```\n{TASK}\n```",
    ],
)
def test_an_instruction_is_read_without_what_stands_around_it(text):
    assert instruction_of(text) == TASK


@pytest.mark.parametrize(
    "text",
    [
        "Write a function `f(x)`. For example:\n\n```python\nf(2) == 4\n```",
        "Complete this function, which gives 1:\n\n```python\ndef f(x: int) -> int:\n    ...\n```",
        "Write a function with these parts:\n1. It takes a list of any number of numbers.\n2. It returns their sum.",
        'Write a function that returns "yes" or "no".',
        "Given a, b, and c, return the sum.",
        "**Write** a function `f(x)` that doubles what it is **given**",
    ],
)
def test_what_belongs_to_an_instruction_stays(text):
    assert instruction_of(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "recursion, nested lists, depth",
        "- recursion\n- nested lists",
        "Recursion",
        "Solution:\nreturn 1",
        "```python\ndef f(x):\n    return x\n```",
        f"Exercise: {load_pool()[3].instruction}",
        f"'{load_pool()[3].instruction.upper()}'",
        load_pool()[3].snippet,
    ],
)
def test_a_copy_a_list_or_code_alone_is_no_instruction(text):
    assert not instruction_of(text, (load_pool()[3].instruction, load_pool()[3].snippet))


async def said(ask, reply="R", **values):
    """The turns that an aligner sends, and its turn."""
    agent = Agent(model=ScriptedChatModel([reply]), sampling=Sampling())
    turn = await ask(agent, seed=7, **values)
    return turn.request.turns, turn


async def test_concepts_are_asked_for_with_every_shot():
    shots = draw(load_pool(), 8, "k")
    turns, turn = await said(concepts, "a, b", snippet="def f(): ...", shots=shots)
    assert [content for role, content in turns if role == "assistant"] == [", ".join(one.concepts) for one in shots]
    assert turns[-1] == ("user", "Snippet:\ndef f(): ...")
    assert (turn.request.purpose, turn.request.sampling.seed, concepts_of(turn.text)) == (
        "aligner/concepts",
        7,
        ("a", "b"),
    )


async def test_an_instruction_is_asked_for_without_the_snippet_and_in_the_ablation_without_concepts():
    shots = draw(load_pool(), 8, "k")
    values = {"category": "class", "difficulty": "hard", "shots": shots}
    turns, _ = await said(instruct, concepts=("lists", "sums"), **values)
    assert turns[-1][1] == "Concepts: lists, sums\nCategory: class\nDifficulty: hard"
    assert "do not name the concepts" in turns[0][1]
    assert shots[0].snippet not in str(turns)
    turns, _ = await said(inspire, snippet="def f(): ...", **values)
    assert turns[-1][1] == "Snippet:\ndef f(): ...\n\nCategory: class\nDifficulty: hard"
    assert "oncept" not in "".join(content for _, content in turns)


async def test_a_response_is_asked_for_in_the_form_that_replies_are_read_in():
    shot = load_pool("go")[1]
    turns, _ = await said(respond, instruction="I", shots=[shot], language="go")
    assert [role for role, _ in turns] == ["system", "user", "assistant", "user"]
    reply = parse_reply(turns[2][1], "go")
    assert (reply.tests, reply.install) == (shot.tests, "")


@pytest.mark.parametrize("flood", [" ", "\n", "a, ", "(", "- ", "# \n", "**", "concept ", "def f\n", "Sure ", '"'])
def test_a_reply_that_repeats_itself_for_ever_is_read_in_no_time(flood):
    started = time.process_time()
    for text in (flood * 20_000, f"a{flood * 20_000}a", f"```\n{flood * 20_000}\n```"):
        assert len(concepts_of(text)) <= 8
        assert len(instruction_of(text)) <= len(text)
    assert time.process_time() - started < 5
