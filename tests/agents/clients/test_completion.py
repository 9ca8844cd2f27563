"""What a reply is made from, by a real server that answers in every form."""

import pytest
from support.faulty_endpoint import Answer, completion

from aiev_agents.errors import ModelUnavailable, RequestRejected
from aiev_agents.messages import ChatRequest

REQUEST = ChatRequest(model="m", turns=(("user", "Hi"),))


async def test_a_page_at_the_wrong_address_says_where_addresses_end(faulty, model_at):
    endpoint = await faulty(Answer(body="<html>Welcome</html>"))
    with pytest.raises(ModelUnavailable, match=r"a web page.*often /v1"):
        await model_at(endpoint.url, retry_seconds=0).chat(REQUEST)


async def test_parts_of_text_are_one_text_and_all_usage_is_read(faulty, model_at):
    parts = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 9,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 7},
    }
    answer = Answer(body=completion(choices=[{"message": {"content": parts}}], usage=usage))
    endpoint = await faulty(answer, Answer(body=completion(usage=None)))
    model = model_at(endpoint.url)
    reply = await model.chat(REQUEST)
    assert (reply.content, reply.cached_tokens, reply.reasoning_tokens, reply.counted) == ("Hello", 4, 7, True)
    assert (await model.chat(REQUEST)).counted is False


MESSAGES = [
    {"content": "<think>\nPlan.\n</think>\n\nHello"},
    {"content": "Plan.\n</think>\n\nHello<|im_end|>"},
    {"content": "\n\nHello", "reasoning_content": "Plan."},
    {"content": "Hello", "reasoning": "Plan.", "reasoning_details": [{"type": "reasoning.text", "text": "Plan."}]},
    {"content": "Hello", "reasoning_details": [{"type": "reasoning.text", "text": "Pl"}, {"summary": "an."}]},
    {
        "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "Plan."}]},
            {"type": "text", "text": "Hello"},
        ]
    },
    {"content": [{"type": "thinking", "thinking": "Plan."}, {"type": "text", "text": "Hello"}]},
    {"content": "<think>\nPlan.\n</think>\nHello", "reasoning_content": "Plan."},
]


@pytest.mark.parametrize("message", MESSAGES)
async def test_thoughts_come_beside_the_text_however_they_are_sent(faulty, model_at, message):
    body = completion(choices=[{"message": message, "finish_reason": "stop"}])
    reply = await model_at((await faulty(Answer(body=body))).url).chat(REQUEST)
    assert (reply.content.strip(), reply.reasoning) == ("Hello", "Plan.")


@pytest.mark.parametrize(
    ("usage", "figures"),
    [
        ({"completion_tokens": 90, "completion_tokens_details": {"reasoning_tokens": 70}}, (90, 70)),
        ({"completion_tokens": 20, "total_tokens": 100}, (90, 70)),
        ({"completion_tokens": 90, "total_tokens": 100}, (90, 45)),
        ({"completion_tokens": 90}, (90, 45)),
    ],
)
async def test_tokens_of_thoughts_are_counted_however_they_are_told(faulty, model_at, usage, figures):
    message = {"content": "Hello", "reasoning_content": "Plan."}
    body = completion(choices=[{"message": message}], usage={"prompt_tokens": 10} | usage)
    reply = await model_at((await faulty(Answer(body=body))).url).chat(REQUEST)
    assert (reply.completion_tokens, reply.reasoning_tokens) == figures


@pytest.mark.parametrize(
    ("message", "reason", "words"),
    [
        ({"content": None, "reasoning_content": "Hm"}, "length", "no text within max_tokens, but thoughts"),
        ({"content": "<think>\nHm"}, "length", "no text within max_tokens, but thoughts"),
        ({"content": "<think>\nHm </think>\n"}, "stop", "thoughts and no answer"),
    ],
)
async def test_thoughts_alone_are_no_reply(faulty, model_at, message, reason, words):
    body = completion(choices=[{"message": message, "finish_reason": reason}])
    endpoint = await faulty(Answer(body=body))
    with pytest.raises(RequestRejected, match=words):
        await model_at(endpoint.url).chat(REQUEST)


async def test_the_text_of_the_completion_api_is_the_reply(faulty, model_at):
    answer = Answer(body=completion(choices=[{"text": " 4", "finish_reason": "stop"}]))
    endpoint = await faulty(answer)
    reply = await model_at(endpoint.url).chat(REQUEST)
    assert (reply.content, reply.finish_reason) == (" 4", "stop")
