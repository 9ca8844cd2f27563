"""Prices of replies: from the configuration, or from `genai-prices` by endpoint and model name.

Invariant: an unknown price is None, never 0. Unusable replies that were paid for are counted with the usable one. Not
covered: taxes, and discounts other than a batch API's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.errors import ConfigError

if TYPE_CHECKING:
    from aiev.config.settings import Settings
    from aiev_agents.clients.settings import ModelSettings
    from aiev_agents.messages import ChatReply

MILLION = 1_000_000


class Prices:
    """Prices of one model behind one address.

    Args:
        config: the model.
        share: of the full price that is paid; a batch API takes less than 1.
    """

    def __init__(self, config: ModelSettings, *, share: float = 1.0) -> None:
        self._config = config
        self._share = share
        self._unknown: set[tuple[str, str]] = set()
        self._by_table = config.backend == "openai" and config.price_input < 0
        if (config.price_input < 0) != (config.price_output < 0):
            raise ConfigError("model.price_input and model.price_output: give both prices, or neither")

    def cost(self, reply: ChatReply) -> float | None:
        """US dollars for a reply; None when its price or token count is unknown."""
        full = self._full(reply) if reply.counted else None
        return None if full is None else full * self._share

    def _full(self, reply: ChatReply) -> float | None:
        if self._by_table:
            return self._from_table(reply, reply.model or self._config.name)
        return self._from_config(reply) if self._config.price_input >= 0 else None

    def _from_config(self, reply: ChatReply) -> float:
        config = self._config
        cached = min(reply.cached_tokens, reply.prompt_tokens)
        price_cached = config.price_cached if config.price_cached >= 0 else config.price_input
        read = (reply.prompt_tokens - cached) * config.price_input + cached * price_cached
        return (read + reply.completion_tokens * config.price_output) / MILLION

    def _from_table(self, reply: ChatReply, name: str) -> float | None:
        address = reply.address or self._config.base_url
        if (name, address) in self._unknown:
            return None
        from genai_prices import Usage, calc_price

        usage = Usage(
            input_tokens=reply.prompt_tokens,
            cache_read_tokens=min(reply.cached_tokens, reply.prompt_tokens),
            output_tokens=reply.completion_tokens,
        )
        try:
            return float(calc_price(usage, name, provider_api_url=address).total_price)
        except LookupError:
            self._unknown.add((name, address))
        except ValueError:
            return None
        return self._from_table(reply, self._config.name) if name != self._config.name else None


def check_cost_limit(settings: Settings) -> None:
    """Check that a limit of cost can be enforced.

    Raises:
        ConfigError: there is one, but the model's price is unknown.
    """
    from aiev_agents.messages import ChatReply

    model = settings.model
    if not settings.limits.max_cost:
        return
    for address, name in {(one.base_url, one.name) for one in model.endpoints} or {(model.base_url, "")}:
        reply = ChatReply("", model=name or model.name, prompt_tokens=1, completion_tokens=1, address=address)
        if Prices(model).cost(reply) is None:
            raise ConfigError(
                f"limits.max_cost: no price is known for {reply.model!r}{' at ' + address if address else ''}; "
                "set model.price_input and model.price_output"
            )
