"""What a reply is made from, by a real server that answers in every form."""

import pytest
from support.faulty_endpoint import Answer, completion

from aiev_agents.errors import ModelUnavailable
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
