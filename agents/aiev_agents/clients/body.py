"""The body of a chat request, in the shape that one endpoint takes.

Invariants: a shape changes how a request is written and what decoding it asks for, never the words of its turns; what
the user adds goes out as he wrote it. Not covered: which shape an endpoint takes (`presets.py`, `refusals.py`).

Source: OpenAI's references of chat completions and of completions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from aiev_agents.clients.prompt_text import STOP, prompt_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiev_agents.messages import ChatRequest

GrammarField = Literal["", "grammar", "structured_outputs"]
"""Where an endpoint takes grammars (GBNF): nowhere, in llama.cpp's field, or in vLLM's."""

SystemRole = Literal["system", "developer", "user"]
"""The role that the system text goes out under; `user` puts it before the first user turn's text."""

_Messages = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Shape:
    """How an endpoint wants a body. Names are those of OpenAI's reference, before they are renamed."""

    rename: Mapping[str, str] = field(default_factory=dict)
    leave_out: frozenset[str] = frozenset()
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    system_role: SystemRole = "system"
    alternate_roles: bool = False
    """Neighbouring turns of one role are joined."""
    stream: bool = False
    completion: bool = False
    """Prompts go to the completion API, as one text."""
    owned: frozenset[str] = frozenset()
    """Parameters that the user set himself, which no refusal removes."""

    def body(self, request: ChatRequest, grammar_field: GrammarField = "", *, batch: bool = False) -> dict[str, Any]:
        """The body of a request; one of a `batch` is never streamed."""
        plain = _plain_body(request, grammar_field)
        if self.completion:
            plain["stop"] = [*request.sampling.stop, STOP]
        if self.stream and not batch:
            plain |= {"stream": True, "stream_options": {"include_usage": True}}
        body = {self.rename.get(name, name): value for name, value in plain.items() if name not in self.leave_out}
        if self.completion:
            body["prompt"] = prompt_text(request.turns)
        else:
            body["messages"] = self._messages(request)
        return {**body, **self.extra_body}

    @property
    def path(self) -> str:
        """Where requests go, below the endpoint's address."""
        return "/completions" if self.completion else "/chat/completions"

    def plain_name(self, name: str) -> str:
        """What a parameter of the body is called before it is renamed."""
        return next((plain for plain, renamed in self.rename.items() if renamed == name), name)

    def _messages(self, request: ChatRequest) -> _Messages:
        turns = [{"role": role, "content": content} for role, content in request.turns]
        if self.system_role == "user":
            return _joined([turn | {"role": "user"} if turn["role"] == "system" else turn for turn in turns])
        for turn in turns:
            if turn["role"] == "system":
                turn["role"] = self.system_role
        return _joined(turns) if self.alternate_roles else turns


PLAIN: Final = Shape()


def _plain_body(request: ChatRequest, grammar_field: GrammarField) -> dict[str, Any]:
    """Everything but the messages. At temperature 0 there is nothing to draw from, so `top_p` stays out."""
    sampling = request.sampling
    body: dict[str, Any] = {"model": request.model, "temperature": sampling.temperature}
    if sampling.temperature:
        body["top_p"] = sampling.top_p
    body["max_tokens"] = sampling.max_tokens
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if request.grammar and grammar_field:
        nested = grammar_field == "structured_outputs"
        body[grammar_field] = {"grammar": request.grammar} if nested else request.grammar
    return body


def _joined(turns: _Messages) -> _Messages:
    """Neighbouring turns of one role as one, their texts apart by an empty line."""
    joined: _Messages = []
    for turn in turns:
        if joined and joined[-1]["role"] == turn["role"]:
            joined[-1] = turn | {"content": f"{joined[-1]['content']}\n\n{turn['content']}"}
        else:
            joined.append(turn)
    return joined
