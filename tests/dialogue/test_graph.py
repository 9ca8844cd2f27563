from dataclasses import dataclass, field

import pytest
from langchain_core.callbacks import AsyncCallbackHandler
from support.talk import BAD, GOOD, PROBLEM, judge, reply, scripted_model

from aiev.config.layers import load_config
from aiev.dialogue.execution import SandboxFailedError, run_until_real
from aiev.dialogue.graph import dialogue_graph, mermaid, run_dialogue
from aiev.dialogue.state import DialogueContext
from aiev_agents.messages import ChatReply, Sampling
from aiev_agents.roles.agent import Agent
from aiev_interpreter import ExecutionResult, Job, Limits, Verdict
from aiev_interpreter.backends.scripted import ScriptedInterpreter


@dataclass
class Notes:
    """A recorder that keeps everything in memory."""

    messages: list = field(default_factory=list)
    executions: list = field(default_factory=list)
    gathered: list = field(default_factory=list)
    thoughts: list = field(default_factory=list)

    async def message(self, message, *, round_number):
        self.thoughts.append(message.reasoning)
        self.messages.append((str(message.role), message.agent, message.content, round_number))

    async def execution(self, round_number, job, result):
        self.executions.append((round_number, job, result))

    async def evidence(self, evidence):
        self.gathered.append(evidence)


@pytest.fixture
def talk():
    """Run a dialogue with scripted answers; returns the state, the notes and the model."""

    async def run(*answers, interpreter=None, language="python", by=run_dialogue, settings=()):
        model, notes = scripted_model(*answers), Notes()
        agent = Agent(model, Sampling(temperature=0.2))
        context = DialogueContext(
            snippet="x = 1",
            language=language,
            questioner=agent,
            programmer=agent,
            interpreter=interpreter or ScriptedInterpreter(judge),
            recorder=notes,
            limits=Limits(),
            seed_key="0:abc",
            settings=load_config(assignments=("accept.policy=tests", "dialogue.show_failed=true", *settings)).settings,
        )
        return await by(context), notes, model

    return run


async def test_a_program_that_passes_at_once_is_accepted_with_four_messages(talk):
    state, notes, _ = await talk(GOOD)
    assert (state["verdict"], state["round"]) == ("ok", 1)
    assert [message[0] for message in notes.messages] == ["user", "assistant", "interpreter"]
    assert notes.messages[0][2] == PROBLEM
    assert "fine" in notes.messages[-1][2]


async def test_a_failure_is_described_and_repaired_in_order(talk):
    state, notes, _ = await talk(BAD, BAD, GOOD)
    assert (state["verdict"], state["round"]) == ("ok", 3)
    roles = [(role, agent) for role, agent, _, _ in notes.messages]
    failed = [("interpreter", "scripted"), ("user", "questioner"), ("assistant", "programmer")]
    start = [("user", "questioner"), ("assistant", "programmer")]
    assert roles == [*start, *failed, *failed, ("interpreter", "scripted")]
    assert [number for number, _, _ in notes.executions] == [1, 2, 3]
    assert "AssertionError" in notes.messages[2][2]


async def test_a_dialogue_ends_after_the_last_round(talk):
    state, notes, _ = await talk(BAD, settings=["dialogue.max_rounds=7"])
    assert (state["verdict"], state["round"]) == ("error", 7)
    assert len(notes.executions) == 7


async def test_a_malformed_reply_is_fed_back_as_an_error(talk):
    state, notes, model = await talk("I cannot do that.", GOOD)
    assert state["verdict"] == "ok"
    assert notes.executions[0][1] is None
    assert notes.messages[2][0] == "interpreter"
    assert "```python block" in notes.messages[2][2]
    repair = next(request for request in model.requests if request.purpose == "programmer/repair")
    assert "The reply has no ```python block" in repair.turns[-1][1]


async def test_a_program_without_tests_is_fed_back(talk):
    none = ExecutionResult(verdict=Verdict.NO_TESTS, exit_code=0, stderr="No assertion was executed.")
    good = ExecutionResult(verdict=Verdict.OK, exit_code=0, assertions=1)
    state, notes, _ = await talk(reply("x = 1", "print(x)"), GOOD, interpreter=ScriptedInterpreter([none, good]))
    assert state["verdict"] == "ok"
    assert "No assertion was executed" in notes.messages[2][2]


async def test_every_request_has_a_seed_of_its_own_and_the_same_in_every_run(talk):
    _, _, first = await talk(BAD, BAD, GOOD)
    _, _, second = await talk(BAD, BAD, GOOD)
    seeds = [request.sampling.seed for request in first.requests]
    assert len(set(seeds)) == len(seeds)
    assert [request.hash for request in first.requests] == [request.hash for request in second.requests]


async def test_repairs_get_warmer_up_to_one(talk):
    _, _, model = await talk(BAD, settings=["dialogue.max_rounds=5", "programmer.temperature_step=0.3"])
    warmth = [request.sampling.temperature for request in model.requests if request.purpose == "programmer/repair"]
    assert warmth == pytest.approx([0.5, 0.8, 1.0, 1.0])


async def test_the_failed_reply_can_be_left_out_of_the_repair(talk):
    _, _, model = await talk(BAD, GOOD, settings=["dialogue.show_failed=false"])
    asked = next(request for request in model.requests if request.purpose == "programmer/retry")
    assert "# bad" not in str(asked.turns)
    assert "AssertionError" in asked.turns[-1][1]
    assert "The sum is wrong." in asked.turns[-1][1]


async def test_a_given_problem_is_the_seed_word_for_word_and_nobody_asks(talk):
    state, notes, model = await talk(BAD, GOOD, settings=["dialogue.ask=false"])
    assert notes.messages[0] == ("user", "problem", "x = 1", 0)
    assert (state["problem"], state["verdict"]) == ("x = 1", "ok")
    asked = [request.purpose for request in model.requests]
    assert asked == ["programmer/solve", "questioner/describe", "programmer/repair"]
    assert model.requests[0].turns[-1] == ("user", "x = 1")


async def test_packages_that_a_reply_asks_for_reach_the_interpreter(talk):
    interpreter = ScriptedInterpreter(judge)
    await talk(f"```bash\npip install six; rm -rf /\npip install toolz\n```\n{GOOD}", interpreter=interpreter)
    assert "toolz" in interpreter.jobs[0].requirements


async def test_what_is_refused_of_an_install_block_is_told_to_the_model(talk):
    state, notes, _ = await talk(f"```bash\npip install -r requirements.txt json\n```\n{BAD}", GOOD)
    assert state["verdict"] == "ok"
    feedback = notes.messages[2][2]
    assert "Not installed: -r requirements.txt: files" in feedback
    assert "Not installed: json: part of the standard library" in feedback
    assert "AssertionError" in feedback


async def test_a_dialogue_is_held_in_its_language_from_the_question_to_the_job(talk):
    interpreter = ScriptedInterpreter(judge)
    bad = "An idea.\n\n```go\n// # bad\n```\n\nUnit tests:\n```go\nx\n```"
    state, _, model = await talk(BAD, bad, bad.replace("# bad", ""), interpreter=interpreter, language="go")
    assert (state["verdict"], state["round"]) == ("ok", 3)
    assert "The reply has no ```go block" in model.requests[2].turns[-1][1]
    assert [job.language for job in interpreter.jobs] == ["go", "go"]
    systems = [text for request in model.requests for role, text in request.turns if role == "system"]
    assert "with one Go function" in systems[0]
    assert "You are a careful Go programmer" in systems[1]
    assert "Python" not in "".join(systems)
    assert {request.purpose for request in model.requests} == {
        *("questioner/ask", "questioner/describe", "programmer/solve", "programmer/repair"),
    }


async def test_the_solution_of_a_dialogue_about_bash_is_its_shell_block(talk):
    interpreter = ScriptedInterpreter(judge)
    await talk('```sh\nf() { echo 1; }\n```\n```bash\n[ "$(f)" = "1" ]\n```', interpreter=interpreter, language="bash")
    (job,) = interpreter.jobs
    assert (job.program, job.tests, job.requirements) == ("f() { echo 1; }", '[ "$(f)" = "1" ]', ())


async def test_an_infra_failure_is_retried_and_never_told_to_the_model(talk):
    broken = ExecutionResult(verdict=Verdict.INFRA, exit_code=None, detail="daemon gone")
    good = ExecutionResult(verdict=Verdict.OK, exit_code=0, assertions=1)
    job, interpreter = Job("x", "y"), ScriptedInterpreter([broken, broken, good])
    assert (await run_until_real(interpreter, job, pauses=(0, 0))).verdict is Verdict.OK
    with pytest.raises(SandboxFailedError, match="daemon gone"):
        await run_until_real(ScriptedInterpreter([broken, broken]), job, pauses=(0,))


def test_the_diagram_has_every_node_and_way():
    assert all(f"{name}(" in mermaid() for name in ("ask", "solve", "repair"))
    assert mermaid().count("failed") == 2


async def test_langgraph_runs_the_nodes_and_can_stream_them(talk):
    async def streamed(context):
        stream = dialogue_graph().astream({}, context=context, stream_mode="updates")
        return [(name, update) async for step in stream for name, update in step.items()]

    steps, notes, _ = await talk(BAD, GOOD, by=streamed)
    assert [name for name, _ in steps] == ["ask", "solve", "repair"]
    assert [update.get("verdict") for _, update in steps] == [None, "error", "ok"]
    assert len(notes.messages) == 6


async def test_a_dialogue_accepted_in_the_first_round_takes_two_supersteps(talk):
    async def counted(context):
        stream = dialogue_graph().astream({}, context=context, stream_mode="updates")
        return len([step async for step in stream])

    assert (await talk(GOOD, by=counted))[0] == 2


async def test_handlers_hear_of_every_node(talk):
    heard = []

    class Handler(AsyncCallbackHandler):
        async def on_chain_start(self, serialized, inputs, *, name="", **_):
            heard.append(name)

    async def traced(context):
        return await run_dialogue(context, [Handler()])

    await talk(BAD, GOOD, by=traced)
    assert [name for name in heard if name in {"ask", "solve", "repair"}] == ["ask", "solve", "repair"]


CUT = GOOD[: GOOD.index("assert") + 9]


async def test_a_cut_reply_goes_on_and_is_judged_whole(talk):
    first = ChatReply(CUT, model="m", finish_reason="length")
    state, notes, _ = await talk(first, GOOD.removeprefix(CUT))
    assert (state["verdict"], state["round"], notes.messages[1][2]) == ("ok", 1, GOOD)


@pytest.mark.parametrize("reason", ["length", "stop"])
async def test_a_reply_that_stays_cut_is_a_malformed_round_that_says_so(talk, reason):
    cut = ChatReply(CUT, model="m", finish_reason=reason)
    state, notes, model = await talk(cut, cut, GOOD)
    assert notes.executions[0][1] is None
    assert "The reply was cut off (max_tokens is 1024)" in notes.messages[2][2]
    assert (state["verdict"], state["round"]) == ("ok", 2)
    assert [request.purpose for request in model.requests].count("agent/go_on") == 1


async def test_whole_blocks_of_a_cut_reply_are_not_trained_on_either(talk):
    cut = ChatReply(f"{GOOD}\n\nThe first", model="m", finish_reason="length")
    state, notes, _ = await talk(cut, settings=("dialogue.max_rounds=1",))
    assert (state["verdict"], notes.executions[0][1]) == ("malformed", None)


async def test_thoughts_stand_beside_the_message_and_in_no_later_prompt(talk):
    thought = ChatReply(BAD, model="m", reasoning="Let me see.")
    _, notes, model = await talk(thought, GOOD)
    assert notes.thoughts == ["", "Let me see.", "", "", "", ""]
    assert not any("Let me see" in content for request in model.requests for _, content in request.turns)
