"""One role played by a chat model: a prompt goes out, a turn with its provenance comes back.

Invariant: an agent holds no state; everything that shapes a reply is in the request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from aiev_agents.messages import ChatReply, ChatRequest, Sampling
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


@dataclass(frozen=True, slots=True)
class Agent:
    """A model with the decoding settings of one role."""

    model: ChatModel
    sampling: Sampling
    constraint: Constraint = Constraint.OFF
    """Which grammar requests carry; an endpoint that takes none leaves it out."""

    async def say(self, prompt: Prompt, *, seed: int, grammar: str = "", **values: object) -> Turn:
        """Render `prompt` with `values`, send it, and return the reply.

        `seed` is the decoding seed of this one request. Raises what `ChatModel.chat` and `Prompt.render` raise.
        """
        request = ChatRequest(
            model=self.model.name,
            turns=prompt.render(**values),
            sampling=self.sampling._replace(seed=seed),
            grammar=grammar,
            purpose=prompt.name,
        )
        reply = await self.model.chat(request)
        return Turn(text=reply.content.strip(), request=request, reply=reply, prompt=prompt)
