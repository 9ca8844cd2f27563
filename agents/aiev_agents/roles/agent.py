"""One role played by a chat model: a prompt goes out, a turn with its provenance comes back.

Invariant: an agent holds no state; everything that shapes a reply is in the request.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from aiev_agents.errors import RequestRejected
from aiev_agents.messages import ChatReply, ChatRequest, Sampling
from aiev_agents.roles.continuation import is_cut, joined
from aiev_agents.roles.prompting import load_prompt
from aiev_agents.roles.settings import Constraint

if TYPE_CHECKING:
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.roles.prompting import Prompt


class Turn(NamedTuple):
    """What an agent said, and how it came about."""

    text: str
    request: ChatRequest
    reply: ChatReply
    prompt: Prompt
    cut: bool = False
    """Whether it is not whole, although it was asked to go on."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A model with the decoding settings of one role."""

    model: ChatModel
    sampling: Sampling
    constraint: Constraint = Constraint.OFF
    """Which grammar requests carry; an endpoint that takes none leaves it out."""

    async def say(self, prompt: Prompt, *, seed: int, grammar: str = "", whole: bool = False, **values: object) -> Turn:
        """Render `prompt` with `values`, send it, and return the reply.

        Args:
            prompt: the template.
            seed: decoding seed of this one request.
            grammar: GBNF that the reply is held to.
            whole: a reply that was cut is asked to go on, once.
            values: for the template.

        Raises:
            ModelError: see `ChatModel.chat`.
            PromptError: see `Prompt.render`.
        """
        request = ChatRequest(
            model=self.model.name,
            turns=prompt.render(**values),
            sampling=self.sampling._replace(seed=seed),
            grammar=grammar,
            purpose=prompt.name,
        )
        reply = await self.model.chat(request)
        if whole and is_cut(reply):
            reply = await self._gone_on(request, reply)
        return Turn(reply.content.strip(), request, reply, prompt, cut=is_cut(reply))

    async def _gone_on(self, request: ChatRequest, reply: ChatReply) -> ChatReply:
        """A reply with its continuation; as it was where the endpoint refuses that request."""
        asked = load_prompt("agent/go_on")
        turns = (*request.turns, ("assistant", reply.content), *asked.render())
        sampling = request.sampling._replace(seed=(request.sampling.seed or 0) ^ 1)
        try:
            more = await self.model.chat(
                replace(request, turns=turns, sampling=sampling, grammar="", purpose=asked.name)
            )
        except RequestRejected:
            return reply
        return reply._replace(
            content=joined(reply.content, more.content),
            finish_reason=more.finish_reason,
            reasoning="\n\n".join(filter(None, (reply.reasoning, more.reasoning))),
        )
