"""Dialogues under the policy `verified`, with a real sandbox and a scripted model."""

import pytest
from dialogue.test_graph import Notes
from support import backends
from support.talk import reply
from support.triple import GOOD, OTHER, PROBLEM, WRONG

from aiev.config.layers import load_config
from aiev.dialogue.graph import run_dialogue
from aiev.dialogue.state import DialogueContext
from aiev.evidence.settings import Policy
from aiev.run.dialogues import standing
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.messages import Sampling
from aiev_agents.roles.agent import Agent
from aiev_interpreter import Limits

TESTS = "assert triple(1) == 3\nassert triple(0) == 0\nassert triple(-2) == -6"
BENT = "assert triple(1) == 3\nassert triple(0) == 2\nassert triple(-2) == 0"


@pytest.fixture(scope="module")
def sandbox():
    with backends.opened("bubblewrap", run_id="verification") as interpreter:
        yield interpreter


@pytest.fixture
def talk(sandbox):
    """Run a dialogue whose programmer gives these replies in turn; returns the state, the notes and the model."""

    async def run(
        *replies, solutions=(GOOD, OTHER, OTHER, OTHER), answer="Answer: undetermined", rounds=4, problem=PROBLEM
    ):
        left = {"programmer": list(replies), "programmer/alternative": list(solutions)}

        def answered(request):
            match request.purpose:
                case "programmer/alternative":
                    return f"```python\n{left[request.purpose].pop(0)}\n```"
                case "questioner/examine":
                    return "```python\nassert triple(5) == 15\n```"
                case "questioner/arbitrate":
                    return answer(request) if callable(answer) else answer
                case "questioner/describe":
                    return "Something is wrong."
                case _:
                    return left["programmer"].pop(0)

        model, notes = ScriptedChatModel(answered), Notes()
        agent = Agent(model, Sampling())
        settings = load_config(
            assignments=(
                *("accept.policy=verified", "accept.suites=1", "dialogue.ask=false"),
                f"dialogue.max_rounds={rounds}",
            )
        ).settings
        context = DialogueContext(
            snippet=problem,
            language="python",
            questioner=agent,
            programmer=agent,
            interpreter=sandbox,
            recorder=notes,
            limits=Limits(wall_seconds=2, cpu_seconds=2),
            seed_key="0:abc",
            settings=settings,
        )
        return await run_dialogue(context), notes, model

    return run


def _said(notes, agent):
    return [content for _, who, content, _ in notes.messages if who == agent]


async def test_a_right_program_is_verified_in_its_first_round(talk):
    state, notes, _ = await talk(reply(GOOD, TESTS))
    assert (state["round"], state["evidence"]) == (1, "verified")
    assert standing(state, Policy.VERIFIED) == ("accepted", "")
    assert [evidence.status for evidence in notes.gathered] == ["verified"]
    assert [message[0] for message in notes.messages] == ["user", "assistant", "interpreter"]


async def test_a_contradicted_program_is_repaired_with_the_counter_example(talk):
    def arbiter(request):
        return "Three times 5 is 15.\nAnswer: 15" if "triple(5)" in request.turns[-1][1] else "Answer: undetermined"

    state, notes, model = await talk(reply(WRONG, "assert triple(1) == 3"), reply(GOOD, TESTS), answer=arbiter)
    assert [evidence.status for evidence in notes.gathered] == ["contradicted", "verified"]
    assert state["round"] == 2
    (objection,) = _said(notes, "arbiter")
    assert "must give" in objection
    assert len([one for one in model.requests if one.purpose == "programmer/alternative"]) <= 4


async def test_a_program_that_stays_wrong_is_discarded_as_contradicted(talk):
    bent = "assert triple(1) == 3\nassert triple(4) == 6"
    answer = "Answer: 12"
    state, _, _ = await talk(reply(WRONG, bent), reply(WRONG, bent), answer=answer, rounds=2)
    status, reason = standing(state, Policy.VERIFIED)
    assert status == "discarded"
    assert "error after 2 rounds" in reason or reason.startswith("contradicted")


async def test_a_bent_test_is_put_before_the_arbiter_and_stays(talk):
    first = reply(WRONG, TESTS)
    bending = reply(WRONG, BENT)

    def arbiter(request):
        call = request.turns[-1][1]
        return "Answer: 0" if "triple(0)" in call else "Answer: -6"

    state, notes, model = await talk(first, bending, reply(GOOD, TESTS), answer=arbiter)
    assert [verdict.verdict for _, _, verdict in notes.executions] == ["error", "error", "ok"]
    assert state["evidence"] == "verified"
    rulings = _said(notes, "arbiter")
    assert len(rulings) == 2
    assert all("stays as it was" in word for word in rulings)
    (evidence,) = notes.gathered
    assert (evidence.tests_changed, evidence.tests_dropped) == (0, 0)
    assert {one["outcome"] for one in evidence.detail["arbitrations"]} == {"kept"}
    for request in model.requests:
        if request.purpose == "questioner/arbitrate":
            assert "x + 2" not in request.turns[-1][1]


async def test_a_wrong_test_is_corrected_by_the_arbiters_word(talk):
    first = reply(GOOD, TESTS.replace("== 0", "== 1"))
    state, notes, _ = await talk(first, reply(GOOD, TESTS), answer="Three times 0 is 0.\nAnswer: 0")
    assert state["evidence"] == "verified"
    (evidence,) = notes.gathered
    assert (evidence.tests_kept, evidence.tests_changed) == (2, 1)
    assert "tests: 1 changed by the arbiter" in evidence.sentence


async def test_a_dropped_test_runs_all_the_same(talk):
    state, notes, _ = await talk(reply(WRONG, TESTS), reply(WRONG, "assert triple(1) == 3"), reply(GOOD, TESTS))
    assert [verdict.verdict for _, _, verdict in notes.executions] == ["error", "error", "ok"]
    assert "triple(0) == 0" in notes.executions[1][1].tests
    assert state["evidence"] == "verified"


async def test_an_example_of_the_problem_is_run_and_cannot_be_bent(talk):
    problem = f"{PROBLEM} For example, `triple(7) == 21`."
    weak = "assert triple(1) == 3"
    _, notes, _ = await talk(reply(WRONG, weak), reply(GOOD, TESTS), problem=problem)
    assert [verdict.verdict for _, _, verdict in notes.executions] == ["error", "ok"]
    assert "triple(7) == 21" in notes.executions[0][1].tests


async def test_an_example_of_the_problem_stands_for_nobodys_tests(talk):
    problem = f"{PROBLEM} For example, `triple(7) == 21`."
    untested = f"An idea.\n\n```python\n{GOOD}```"
    state, notes, _ = await talk(untested, reply(GOOD, TESTS), problem=problem)
    assert [verdict.verdict for _, _, verdict in notes.executions] == ["no_tests", "ok"]
    assert state["evidence"] == "verified"


@pytest.mark.parametrize("policy", [Policy.TESTS, Policy.RAN])
def test_other_policies_need_no_evidence(policy):
    assert standing({"verdict": "ok", "round": 1}, policy) == ("accepted", "")


def test_only_the_papers_policy_accepts_a_run_without_assertions():
    assert standing({"verdict": "no_tests", "round": 1}, Policy.RAN) == ("accepted", "")
    assert standing({"verdict": "no_tests", "round": 3}, Policy.TESTS) == ("discarded", "no_tests after 3 rounds")


def test_what_passes_but_is_not_verified_is_discarded_with_its_evidence():
    state = {"verdict": "ok", "round": 1, "evidence": "unverified", "sentence": "unverified: 1 of 9 mutants killed"}
    assert standing(state, Policy.VERIFIED) == ("discarded", "unverified: 1 of 9 mutants killed")
