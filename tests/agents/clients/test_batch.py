"""The batch API's client against real servers: the shape of its lines, and redirects."""

import json

import pytest
from support.wire_server import answer

from aiev_agents.clients.batch import BatchModel
from aiev_agents.clients.body import Shape
from aiev_agents.clients.openai import Endpoint
from aiev_agents.errors import ModelRefused
from aiev_agents.messages import ChatRequest

REQUEST = ChatRequest(model="m", turns=(("system", "S"), ("user", "U")))


@pytest.fixture
async def batches_at():
    opened = []

    def build(url, **options):
        opened.append(BatchModel(Endpoint(base_url=url, model="m", api_key="sk-secret", **options)))
        return opened[-1]

    yield build
    for each in opened:
        await each.close()


async def test_lines_have_the_shape_of_the_endpoint_and_are_not_streamed(batches_at):
    shape = Shape(rename={"max_tokens": "max_completion_tokens"}, system_role="user", stream=True)
    (line,) = batches_at("http://127.0.0.1:9/v1", shape=shape).lines([REQUEST])
    body = json.loads(line)["body"]
    assert body["messages"] == [{"role": "user", "content": "S\n\nU"}]
    assert "max_completion_tokens" in body
    assert not {"max_tokens", "stream"} & set(body)


async def test_a_redirect_to_another_host_gets_no_requests_unless_it_is_allowed(wire, batches_at):
    elsewhere = await wire([answer(b'{"id": "file-1"}', content_type="application/json")])
    server = await wire([answer(b"", status="307 Temporary Redirect", location=f"{elsewhere.url()}/files")])
    with pytest.raises(ModelRefused, match="redirects to another host"):
        await batches_at(server.url()).upload([b"{}\n"])
    assert elsewhere.requests == []
    allowed = batches_at(server.url(), allow_hosts=["127.0.0.1"])
    assert await allowed.upload([b"{}\n"]) == "file-1"


async def test_a_wrong_key_names_its_variable_and_headers_go_along(wire, batches_at):
    refusal = json.dumps({"error": {"message": "no such key"}}).encode()
    server = await wire([answer(refusal, status="401 Unauthorized", content_type="application/json")])
    with pytest.raises(ModelRefused, match="environment variable MY_KEY"):
        await batches_at(server.url(), key_env="MY_KEY", headers={"X-Title": "aiev"}).upload([b"{}\n"])
    assert server.requests[0].headers["x-title"] == "aiev"
