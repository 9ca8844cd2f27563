"""A chat model that answers from a script: for tests and demonstrations of the machinery, never a default.

Invariant: replies are given in the order of the script for each distinct purpose of use; running out of replies is
an error, never a repeat.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from aiev_agents.errors import RequestRejected
from aiev_agents.messages import ChatReply, ChatRequest

if TYPE_CHECKING:
    from pathlib import Path

Script = Iterable[str | ChatReply] | Callable[[ChatRequest], str | ChatReply]


class ScriptedChatModel:
    """Answers each request with the next text of `script`, or with what a callable makes of the request."""

    def __init__(self, script: Script, *, name: str = "scripted", latency_seconds: float = 0.0) -> None:
        self.name = name
        self.requests: list[ChatRequest] = []
        self._answer = script if callable(script) else None
        self._texts = iter(()) if callable(script) else iter(script)
        self._latency = latency_seconds

    @classmethod
    def from_file(cls, path: Path) -> ScriptedChatModel:
        """Read the replies from a JSON list of strings.

        Raises:
            RequestRejected: the file is no such list.
        """
        try:
            texts = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RequestRejected(f"script {path}: {error}; give a JSON list of reply texts") from None
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise RequestRejected(f"script {path} is not a JSON list of reply texts")
        return cls(texts)

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Answer from the script; raises RequestRejected when it has run out."""
        self.requests.append(request)
        if self._latency:
            await asyncio.sleep(self._latency)
        text = self._answer(request) if self._answer else next(self._texts, None)
        if text is None:
            raise RequestRejected("the script has no reply left")
        if isinstance(text, ChatReply):
            return text
        return ChatReply(content=text, model=self.name, completion_tokens=len(text.split()))

    async def close(self) -> None:
        """Nothing to give back."""
