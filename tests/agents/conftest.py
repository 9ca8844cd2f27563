"""Endpoints that fail as they are told to, and models that ask them."""

import pytest
from agents.faulty_endpoint import FaultyEndpoint

from aiev_agents.clients.openai import Endpoint, OpenAIChatModel


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
