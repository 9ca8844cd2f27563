"""A real chat-completions server on the loopback interface that fails in every way that it is told to."""

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import web


def completion(text="Hello", **extra):
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m-2",
        "choices": [choice],
        "usage": usage,
    } | extra


@dataclass(frozen=True)
class Answer:
    """One answer; without anything else, a good one."""

    status: int = 200
    body: object = field(default_factory=completion)
    """JSON, or text or bytes as they are."""
    headers: dict = field(default_factory=dict)
    delay: float = 0.0
    """Before the first byte."""
    cut: str = ""
    """`head`: the connection ends before the status; `body`: in the middle of the body."""
    drip: float = 0.0
    """Between single bytes of the body."""

    def content(self):
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


GOOD = Answer()


def error(status, message="no", code=None, **options):
    return Answer(status, {"error": {"message": message, "code": code}}, **options)


class FaultyEndpoint:
    """Gives its answers in turn, the last one for ever; `decide`, when given, chooses by the request instead."""

    def __init__(self, answers=(GOOD,), decide=None):
        self.answers = list(answers)
        self.decide = decide
        self.bodies = []
        self.headers = []
        self.now = 0
        self.peak = 0

    async def start(self):
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._chat)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def stop(self):
        await self._runner.cleanup()

    async def _chat(self, request):
        body = await request.json()
        self.bodies.append(body)
        self.headers.append(request.headers)
        answer = self.decide(body) if self.decide else self._next()
        self.now += 1
        self.peak = max(self.peak, self.now)
        try:
            return await self._give(request, answer)
        finally:
            self.now -= 1

    def _next(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    async def _give(self, request, answer):
        await asyncio.sleep(answer.delay)
        if answer.cut == "head":
            request.transport.close()
            return web.Response()
        content = answer.content()
        headers = {"Content-Type": "application/json"} | answer.headers
        if not (answer.cut or answer.drip):
            return web.Response(status=answer.status, body=content, headers=headers)
        response = web.StreamResponse(status=answer.status, headers=headers)
        response.content_length = len(content)
        await response.prepare(request)
        half = content[: len(content) // 2] if answer.cut else content
        for at in range(len(half)):
            await response.write(half[at : at + 1])
            if answer.drip:
                await asyncio.sleep(answer.drip)
        if answer.cut:
            request.transport.close()
        return response
