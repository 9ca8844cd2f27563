"""Against a real server on the loopback interface that speaks the chat-completions API."""

import asyncio
import socket

import pytest
from aiohttp import web
from support.faulty_endpoint import Answer, completion, error

from aiev_agents.clients.openai import Endpoint, list_models
from aiev_agents.errors import ModelRefused, ModelUnavailable, RequestRejected
from aiev_agents.messages import ChatRequest, Sampling

REQUEST = ChatRequest(
    model="m", turns=(("user", "Hi"),), sampling=Sampling(seed=7, stop=("END",)), grammar="root ::= x"
)


@pytest.fixture
async def serve():
    """Start a server that gives the answers in turn; returns its address and the bodies that it got."""
    runners = []

    async def start(*answers):
        bodies, left = [], list(answers)

        async def chat(request):
            bodies.append(await request.json() | {"key": request.headers.get("Authorization")})
            status, body = left.pop(0) if len(left) > 1 else left[0]
            return web.json_response(body, status=status)

        async def models(_request):
            return web.json_response(
                {"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "x"}]}
            )

        app = web.Application()
        app.router.add_post("/v1/chat/completions", chat)
        app.router.add_get("/v1/models", models)
        runner = web.AppRunner(app)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}/v1", bodies

    yield start
    for runner in runners:
        await runner.cleanup()


async def test_a_reply_carries_text_usage_and_the_model_that_answered(serve, model_at):
    url, bodies = await serve((200, completion()))
    reply = await model_at(url).chat(REQUEST)
    assert (reply.content, reply.model, reply.prompt_tokens, reply.completion_tokens) == (
        "Hello",
        "m-2",
        3,
        2,
    )
    assert bodies[0]["key"] == "Bearer sk-secret"
    assert bodies[0]["seed"] == 7
    assert bodies[0]["stop"] == ["END"]
    assert "grammar" not in bodies[0]


async def test_a_grammar_is_sent_only_where_it_is_understood(serve, model_at):
    url, bodies = await serve((200, completion()))
    await model_at(url, grammar_field="grammar").chat(REQUEST)
    assert bodies[0]["grammar"] == "root ::= x"


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_transient_error_is_tried_again(serve, model_at, status):
    url, bodies = await serve((status, {"error": {"message": "later"}}), (200, completion()))
    reply = await model_at(url).chat(REQUEST)
    assert reply.content == "Hello"
    assert len(bodies) == 2


async def test_an_empty_reply_is_tried_again(serve, model_at):
    url, bodies = await serve((200, completion(choices=[])), (200, completion(text="")), (200, completion()))
    reply = await model_at(url).chat(REQUEST)
    assert reply.content == "Hello"
    assert len(bodies) == 3
    assert (reply.prompt_tokens, reply.completion_tokens) == (9, 6), "all three are paid for"


async def test_replies_that_were_paid_for_in_vain_are_counted_in_the_error(serve, model_at):
    url, _ = await serve((200, completion(text="")))
    with pytest.raises(ModelUnavailable) as caught:
        await model_at(url).chat(REQUEST)
    assert (caught.value.prompt_tokens, caught.value.completion_tokens) == (12, 8)


async def test_the_environments_proxy_is_used(serve, model_at, monkeypatch):
    url, _ = await serve((200, completion()))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", url.removesuffix("/v1"))
    elsewhere = model_at("http://models.invalid/v1", retry_seconds=0)
    assert (await elsewhere.chat(REQUEST)).content == "Hello"
    monkeypatch.setenv("no_proxy", "models.invalid")
    with pytest.raises(ModelUnavailable, match="nothing answers"):
        await model_at("http://models.invalid/v1", retry_seconds=0).chat(REQUEST)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, ModelRefused),
        (403, ModelRefused),
        (404, ModelRefused),
        (400, RequestRejected),
        (422, RequestRejected),
    ],
)
async def test_a_lasting_error_is_not_tried_again_and_names_no_key(serve, model_at, status, kind):
    url, bodies = await serve((status, {"error": {"message": "no such thing"}}))
    with pytest.raises(kind, match="no such thing") as caught:
        await model_at(url).chat(REQUEST)
    assert len(bodies) == 1
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize("answer", [(401, "wrong key", None), (400, "API key not valid", None), (403, "no", None)])
async def test_a_key_that_is_refused_is_named_by_its_variable(serve, model_at, answer):
    status, message, code = answer
    url, bodies = await serve((status, {"error": {"message": message, "code": code}}))
    with pytest.raises(ModelRefused, match="check the key in the environment variable MY_KEY"):
        await model_at(url, key_env="MY_KEY").chat(REQUEST)
    assert len(bodies) == 1


@pytest.mark.parametrize(
    "answer",
    [
        (404, {"message": "The model `x` does not exist", "code": "model_not_found"}),
        (400, {"message": "Model Not Exist"}),
        (400, {"message": "Invalid model: x"}),
        (422, {"message": "x is not a valid model ID"}),
    ],
)
async def test_a_model_that_is_unknown_is_answered_with_those_that_there_are(serve, model_at, answer):
    status, error = answer
    url, _ = await serve((status, {"error": error}))
    model = model_at(url)
    for _ in range(2):
        with pytest.raises(ModelRefused, match=r"check model\.name.*; it offers m$"):
            await model.chat(REQUEST)


async def test_headers_of_the_user_go_out_over_ours_and_their_secrets_nowhere_else(faulty, model_at):
    endpoint = await faulty(error(400, "your header az-secret and key sk-secret are odd"))
    options = {"headers": {"X-Title": "aiev", "authorization": "az-secret"}, "other_secrets": ["az-secret"]}
    with pytest.raises(RequestRejected, match=r"header \*\*\* and key \*\*\* are odd"):
        await model_at(endpoint.url, **options).chat(REQUEST)
    sent = endpoint.headers[-1]
    assert (sent.getall("Authorization"), sent["X-Title"]) == (["az-secret"], "aiev")


async def test_a_spent_quota_is_a_refusal_although_it_is_a_429(serve, model_at):
    url, bodies = await serve((429, {"error": {"message": "insufficient_quota", "code": "insufficient_quota"}}))
    with pytest.raises(ModelRefused):
        await model_at(url).chat(REQUEST)
    assert len(bodies) == 1


async def test_no_server_is_unavailable_and_says_where(model_at):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(ModelUnavailable, match=f"nothing answers .*127.0.0.1:{port}"):
        await model_at(f"http://127.0.0.1:{port}/v1", retry_seconds=0).chat(REQUEST)


async def test_the_models_of_an_endpoint_are_listed(serve):
    url, _ = await serve((200, completion()))
    assert await list_models(Endpoint(url, "m")) == (["m"], "")


async def test_an_endpoint_that_is_not_there_lists_nothing_and_says_why():
    names, reason = await list_models(Endpoint("http://127.0.0.1:9/v1", "m"))
    assert names == []
    assert reason


def test_an_endpoint_never_shows_its_key():
    assert "sk-secret" not in repr(Endpoint(base_url="http://x", model="m", api_key="sk-secret"))


async def test_requests_under_way_when_a_key_is_refused_still_get_their_replies(faulty, model_at):
    seen = []

    def decide(body):
        seen.append(body)
        return Answer(delay=0.2) if len(seen) == 1 else error(401)

    endpoint = await faulty(decide=decide)
    model = model_at(endpoint.url)
    first = asyncio.ensure_future(model.chat(REQUEST))
    while not seen:  # noqa: ASYNC110 - the server is what is watched
        await asyncio.sleep(0.01)
    with pytest.raises(Exception, match="401"):
        await model.chat(REQUEST)
    assert (await first).content == "Hello"
