"""Endpoints that refuse until they are asked as they want, behind a real server."""

import asyncio
import logging

import pytest
from support.faulty_endpoint import GOOD, Answer, completion, error

from aiev_agents.clients.body import Shape
from aiev_agents.errors import RequestRejected
from aiev_agents.messages import ChatRequest, Sampling

REQUEST = ChatRequest(
    model="m", turns=(("system", "Be brief."), ("user", "Hi")), sampling=Sampling(temperature=0.3, seed=7)
)


def reasoning_model(body, _headers=None):
    """Refuses one parameter after the other, as OpenAI's reasoning models do."""
    if "max_tokens" in body:
        return error(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
    if "temperature" in body:
        return error(400, "Unsupported value: 'temperature' does not support 0.3 with this model.")
    return error(422, "Unknown parameter: 'seed'.") if "seed" in body else GOOD


async def test_each_lesson_is_learnt_once_told_once_and_remembered(faulty, model_at, caplog):
    endpoint = await faulty(decide=reasoning_model)
    model = model_at(endpoint.url)
    with caplog.at_level(logging.WARNING, "aiev_agents"):
        replies = await asyncio.gather(*(model.chat(REQUEST) for _ in range(20)))
        await model.chat(REQUEST)
    assert {(reply.content, reply.tries, reply.completion_tokens) for reply in replies} == {("Hello", 1, 2)}
    assert len(endpoint.bodies) == 21 + 3, "three refusals, however many requests were waiting"
    told = [record.fields["message"] for record in caplog.records]
    assert len(told) == 3
    assert "max_tokens is sent as max_completion_tokens" in told[0]
    assert 'model.rename = {max_tokens = "max_completion_tokens"}' in told[0]
    assert "sk-secret" not in "".join(told)


async def test_requests_under_way_when_a_lesson_is_learnt_are_sent_again_without_learning_it_anew(
    faulty, model_at, caplog
):
    def slow(body):
        return error(400, "Unknown parameter: 'seed'.", delay=0.8) if "seed" in body else GOOD

    endpoint = await faulty(decide=slow)
    model = model_at(endpoint.url)
    with caplog.at_level(logging.WARNING, "aiev_agents"):
        replies = await asyncio.gather(*(model.chat(REQUEST) for _ in range(5)))
    assert [reply.content for reply in replies] == ["Hello"] * 5
    assert len(endpoint.bodies) == 10
    assert len(caplog.records) == 1


async def test_a_slow_first_reply_holds_up_the_others_for_a_moment_only(faulty, model_at):
    endpoint = await faulty(Answer(delay=1.5))
    model = model_at(endpoint.url)
    await asyncio.gather(*(model.chat(REQUEST) for _ in range(4)))
    assert endpoint.peak == 4


async def test_a_refusal_that_goes_on_ends_with_the_endpoints_words(faulty, model_at):
    endpoint = await faulty(error(400, "Unknown parameter: 'seed'."))
    with pytest.raises(RequestRejected, match="Unknown parameter: 'seed'"):
        await model_at(endpoint.url).chat(REQUEST)
    assert len(endpoint.bodies) == 2, "asked once more, and no more"


async def test_what_the_user_asks_for_is_not_dropped(faulty, model_at):
    endpoint = await faulty(error(400, "Unknown parameter: 'top_k'.", code="unknown_parameter"))
    shape = Shape(extra_body={"top_k": 5}, owned=frozenset({"top_k"}))
    with pytest.raises(RequestRejected, match="top_k"):
        await model_at(endpoint.url, shape=shape).chat(REQUEST)
    assert [body["top_k"] for body in endpoint.bodies] == [5]


async def test_an_endpoint_that_wants_system_text_in_the_user_turn_gets_it_there(faulty, model_at):
    def template(body):
        roles = [message["role"] for message in body["messages"]]
        return GOOD if roles == ["user"] else error(400, "System role not supported")

    endpoint = await faulty(decide=template)
    assert (await model_at(endpoint.url).chat(REQUEST)).content == "Hello"
    assert endpoint.bodies[-1]["messages"] == [{"role": "user", "content": "Be brief.\n\nHi"}]


async def test_an_endpoint_that_only_streams_is_read_as_a_stream(faulty, model_at):
    chunks = 'data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n'
    chunks += 'data: {"choices":[{"delta":{"content":"lo"},"finish_reason":"stop"}]}\n\n'
    usage = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\ndata: [DONE]\n\n'

    def streaming(body):
        if not body.get("stream"):
            return error(400, "This model only support stream mode, please enable the stream parameter.")
        return Answer(body=chunks + usage, headers={"Content-Type": "text/event-stream"})

    endpoint = await faulty(decide=streaming)
    reply = await model_at(endpoint.url).chat(REQUEST)
    assert (reply.content, reply.prompt_tokens, reply.completion_tokens, reply.counted) == ("Hello", 3, 2, True)
    assert endpoint.bodies[-1]["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("cut", ["no end", "in an event", "the connection"])
async def test_a_stream_that_is_cut_is_asked_for_again(faulty, model_at, cut):
    half = 'data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n'
    bodies = {"no end": Answer(body=half), "in an event": Answer(body=half + 'data: {"cho')}
    endpoint = await faulty(bodies.get(cut, Answer(body=half * 50, cut="body")), GOOD)
    reply = await model_at(endpoint.url, shape=Shape(stream=True)).chat(REQUEST)
    assert (reply.content, len(endpoint.bodies)) == ("Hello", 2)


async def test_an_error_in_the_middle_of_a_stream_is_no_reply(faulty, model_at):
    broken = 'data: {"choices":[{"delta":{"content":"Hel"}}]}\n\ndata: {"error":{"message":"busy","code":503}}\n\n'
    endpoint = await faulty(Answer(body=broken), Answer(body=completion()))
    reply = await model_at(endpoint.url, shape=Shape(stream=True)).chat(REQUEST)
    assert (reply.content, len(endpoint.bodies)) == ("Hello", 2)
