"""Endpoints that fail as they are told to, byte by byte or as a whole, and clients that call them."""

import pytest
from support.faulty_endpoint import FaultyEndpoint
from support.wire_server import WireServer

from aiev_agents.clients.failures import of_exception
from aiev_agents.clients.openai import Endpoint, OpenAIChatModel
from aiev_agents.clients.transport import Destination, Transport


@pytest.fixture
async def faulty():
    """Start an endpoint that gives these answers in turn."""
    started = []

    async def start(*answers, decide=None):
        started.append(await FaultyEndpoint(answers, decide).start())
        return started[-1]

    yield start
    for endpoint in started:
        await endpoint.stop()


@pytest.fixture
async def model_at():
    opened = []

    def open_model(url, **options):
        opened.append(OpenAIChatModel(Endpoint(base_url=url, model="m", api_key="sk-secret", **options)))
        return opened[-1]

    yield open_model
    for model in opened:
        await model.close()


class Chat(Transport):
    """Posts to the chat API."""

    async def post(self, content):
        return await self.send("/chat/completions", content)


@pytest.fixture
async def wire():
    """Start a server with these scripts."""
    started = []

    async def start(*scripts, **options):
        started.append(await WireServer(*scripts, **options).start())
        return started[-1]

    yield start
    for server in started:
        await server.stop()


@pytest.fixture
async def chat_at():
    opened = []

    def build(url, timeout_seconds=5, key="sk-secret", **options):
        opened.append(Chat(Destination(url, key, **options), timeout_seconds))
        return opened[-1]

    yield build
    for each in opened:
        await each.close()


@pytest.fixture
def failure_of():
    """The error behind what a call raises."""

    async def fail(call, where="model 'm' at http://x/v1"):
        try:
            answered = await call
        except Exception as error:  # noqa: BLE001 - it is what is looked at
            return of_exception(error, where, 5)
        return pytest.fail(f"there was an answer: {answered}")

    return fail
