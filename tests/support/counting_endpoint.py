"""A chat-completions server in a thread of its own that answers by the request alone and keeps what it saw.

The same request always gets the same reply, so that two runs over the same seeds make the same dialogues; every
decoding seed belongs to one request, so it names it. One dialogue in four fails its first program, one in eight all.
"""

import asyncio
import hashlib
import json
import threading
import time
from collections import Counter

from aiohttp import web
from support.talk import BAD, GOOD, PROBLEM

DESCRIPTION = "The sum is wrong."


class CountingEndpoint:
    """Use as a context manager; `seen` holds the decoding seed of every request, in the order in which they came."""

    def __init__(self, latency=0.01, failure=None):
        self.latency = latency
        self.failure = failure
        self.seen = []
        self.failed = Counter()
        self.keys = set()
        self.lock = threading.Lock()

    def __enter__(self):
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def wait_for(self, count, seconds=60.0, alive=lambda: True):
        """Wait until so many requests have been seen in all; False when `alive` says no before that."""
        deadline = time.monotonic() + seconds
        while len(self.seen) < count:
            if not alive():
                return False
            assert time.monotonic() < deadline, f"{len(self.seen)} of {count} requests after {seconds} s"
            time.sleep(0.002)
        return True

    async def _serve(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._chat)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _chat(self, request):
        body = await request.json()
        self.seen.append(body["seed"])
        self.keys.add(request.headers.get("Authorization"))
        await asyncio.sleep(self.latency)
        if self.failure and (answer := await self.failure(request, body, len(self.seen))) is not None:
            return answer
        return web.json_response(completion(reply(body)))


def completion(text, model="m"):
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice], "usage": usage}


def reply(body):
    """What the model says, by the prompt it was given and the seed it was given with."""
    system = body["messages"][0]["content"]
    draw = int.from_bytes(hashlib.sha256(json.dumps(body["seed"]).encode()).digest()[:2], "big")
    if system.startswith("You write programming exercises"):
        return f"{PROBLEM} Exercise {draw}."
    if system.startswith("You report"):
        return DESCRIPTION
    return BAD if draw % 4 == 0 else GOOD
