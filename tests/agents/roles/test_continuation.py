import pytest

from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import RequestRejected
from aiev_agents.messages import ChatReply, Sampling
from aiev_agents.roles import programmer, questioner
from aiev_agents.roles.agent import Agent
from aiev_agents.roles.continuation import is_cut, joined
from aiev_agents.roles.settings import Constraint

WHOLE = "Add.\n\n```python\ndef f(x):\n    return x\n```\n\nTests:\n```python\nassert f(1) == 1\nassert f(2) == 2\n```"


def said(content, reason="stop", **more):
    return ChatReply(content, model="m", finish_reason=reason, **more)


@pytest.mark.parametrize(
    ("reply", "cut"),
    [
        (said(WHOLE), False),
        (said(WHOLE, ""), False),
        (said("No block."), False),
        (said(WHOLE, "length"), True),
        (said(WHOLE, "MAX_TOKENS"), True),
        (said(WHOLE.removesuffix("```")), True),
        (said("```markdown\n" + WHOLE + "\n```"), False),
    ],
)
def test_a_reply_is_cut_by_the_endpoints_word_or_in_a_block(reply, cut):
    assert is_cut(reply) is cut


@pytest.mark.parametrize("at", [20, 42, 47, 80, 95, 100, len(WHOLE) - 3])
@pytest.mark.parametrize("again", ["", "fence", "line", "end"])
def test_a_continuation_is_joined_without_what_it_says_again(at, again):
    first, more = WHOLE[:at], WHOLE[at:]
    match again:
        case "fence" if first.count("```") % 2 and not more.startswith(("`", "\n`")):
            more = f"Here is the rest:\n```python\n{more}"
        case "line" if len(first.rpartition("\n")[2]) > 3:
            more = first.rpartition("\n")[2] + more
        case "end":
            more = first[-12:] + more
    assert joined(first, more) == WHOLE


@pytest.mark.parametrize("start", ["", "Once more:\n"])
def test_a_block_that_is_begun_anew_takes_the_place_of_its_beginning(start):
    first = WHOLE[: WHOLE.index("assert f(2)") + 6]
    again = WHOLE[WHOLE.rindex("```python") :]
    assert joined(first, start + again) == WHOLE


def test_a_reply_that_is_begun_anew_takes_the_place_of_the_first():
    assert joined(WHOLE[:60], WHOLE) == WHOLE


async def test_a_cut_reply_is_asked_to_go_on_once_and_joined():
    parts = [said(WHOLE[:60], "length", reasoning="one"), said(WHOLE[60:], reasoning="two")]
    model = ScriptedChatModel(parts)
    turn = await programmer.solve(Agent(model, Sampling()), problem="p", seed=1)
    assert (turn.text, turn.cut, turn.reply.reasoning) == (WHOLE, False, "one\n\ntwo")
    first, second = model.requests
    assert second.turns[:-1] == (*first.turns, ("assistant", WHOLE[:60]))
    assert (turn.request, second.purpose) == (first, "agent/go_on")
    assert second.sampling == first.sampling._replace(seed=0)


async def test_a_reply_that_is_cut_again_says_so():
    model = ScriptedChatModel([said(WHOLE[:60], "length"), said(WHOLE[60:80], "length")])
    turn = await programmer.solve(Agent(model, Sampling()), problem="p", seed=1)
    assert (turn.text, turn.cut) == (WHOLE[:80].strip(), True)


async def test_an_endpoint_that_refuses_to_go_on_leaves_the_reply_cut():
    def answer(request):
        if request.purpose == "agent/go_on":
            raise RequestRejected("too long")
        return said(WHOLE[:60], "length")

    turn = await programmer.solve(Agent(ScriptedChatModel(answer), Sampling()), problem="p", seed=1)
    assert turn.cut


@pytest.mark.parametrize(("constraint", "requests"), [(Constraint.OFF, 2), (Constraint.STRICT, 1)])
async def test_a_problem_goes_on_unless_a_grammar_holds_it_to_its_length(constraint, requests):
    model = ScriptedChatModel([said("Write a", "length"), said(" function.")])
    turn = await questioner.ask(Agent(model, Sampling(), constraint), snippet="x", basic=True, seed=1)
    assert (len(model.requests), turn.text) == (requests, "Write a function." if requests == 2 else "Write a")
