"""The chat model behind a vLLM server, with adapters that come and go while it runs.

Invariants: a server that aiev started ends with its model; when it dies, every waiting request ends with the reason
from its log instead of retrying. Adapter names are used once in a server's life: vLLM can answer from the cache of an
earlier adapter of the same name.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Self, TypeVar

from aiev_agents.clients.openai import Endpoint, OpenAIChatModel
from aiev_agents.clients.presets import shape_of
from aiev_agents.clients.vllm.process import VllmProcess
from aiev_agents.errors import ModelRefused, ModelUnavailable, RequestRejected

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.clients.settings import ModelSettings, VllmSettings
    from aiev_agents.messages import ChatReply, ChatRequest

T = TypeVar("T")


class VllmChatModel:
    """A model that vLLM serves. Use as a context manager or call `close()`."""

    def __init__(self, endpoint: Endpoint, server: VllmProcess | None = None) -> None:
        self.name = endpoint.model
        self.endpoint = endpoint
        self.server = server
        self._client = OpenAIChatModel(endpoint)
        self._used_names = {endpoint.model}

    @classmethod
    async def start(cls, settings: VllmSettings, model: ModelSettings) -> Self:
        """Start `vllm serve` on a free loopback port and wait until it answers.

        Raises:
            ModelUnavailable: there is no vLLM here, or it did not come up; the message has its log's reason.
        """
        server = await VllmProcess.start(settings, model.name)
        endpoint = Endpoint(
            base_url=server.base_url,
            model=model.name,
            api_key=server.key,
            timeout_seconds=model.timeout_seconds,
            retry_seconds=model.retry_seconds,
            grammar_field="structured_outputs" if model.grammar else "",
            shape=shape_of(model),
        )
        return cls(endpoint, server)

    @classmethod
    async def attach(cls, endpoint: Endpoint) -> Self:
        """Use a server that runs already, and leave it running.

        Raises:
            ModelUnavailable: nothing answers there.
            ModelRefused: it refuses the key, or does not serve the model.
        """
        model = cls(endpoint)
        try:
            await model._check_served()
        except BaseException:
            await model.close()
            raise
        return model

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Answer one request; see `ChatModel.chat`. The request's model is this one or an adapter's name."""
        return await self._while_it_lives(self._client.chat(request))

    async def load_adapter(self, name: str, path: Path) -> ChatModel:
        """Load a LoRA adapter and return it as a model of its own, which ends with this one.

        Args:
            name: never used before by this server, such as `aiev-r003-1a2b3c4d`.
            path: folder with `adapter_config.json`, as the server sees it.

        Raises:
            RequestRejected: the name was used, there is no adapter, or vLLM refuses it (its rank, its modules).
            ModelUnavailable: the server does not answer.
            ModelRefused: the server takes no adapters.
        """
        if name in self._used_names:
            raise RequestRejected(f"the adapter name {name!r} was used before on this server; give a new one")
        if self.server is not None and not (path / "adapter_config.json").is_file():
            raise RequestRejected(f"{path} holds no LoRA adapter: there is no adapter_config.json")
        await self._post("/load_lora_adapter", {"lora_name": name, "lora_path": str(path)})
        self._used_names.add(name)
        return self.adapter(name)

    def adapter(self, name: str) -> ChatModel:
        """An adapter that the server has already (`served` says which), as a model of its own."""
        return ServedAdapter(name, self)

    async def unload_adapter(self, name: str) -> None:
        """Take an adapter out of the server. Raises what `load_adapter` raises."""
        await self._post("/unload_lora_adapter", {"lora_name": name})

    async def served(self) -> list[str]:
        """Names that the server answers to: the model's and its adapters'."""
        answer = await self._while_it_lives(self._client.send("/models", method="GET"))
        return [model["id"] for model in json.loads(answer.content)["data"]]

    async def close(self) -> None:
        """Close the connections, and end the server if it was started for this model. May be called twice."""
        await self._client.close()
        if self.server is not None:
            await self.server.close()

    async def _check_served(self) -> None:
        names = await self.served()
        if self.name not in names:
            raise ModelRefused(
                f"the vLLM server at {self.endpoint.base_url} serves {', '.join(names) or 'nothing'}, "
                f"not {self.name!r}; correct model.name"
            )

    async def _post(self, path: str, body: dict[str, str]) -> None:
        try:
            await self._while_it_lives(self._client.send(path, body))
        except ModelRefused as error:
            raise ModelRefused(
                f"{error}; start it with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=1 (vllm.lora = true)"
            ) from None

    async def _while_it_lives(self, call: Coroutine[Any, Any, T]) -> T:
        """What a call comes to, unless the server that aiev started dies first."""
        if self.server is None:
            return await call
        answer = asyncio.ensure_future(call)
        try:
            await asyncio.wait((answer, self.server.died), return_when=asyncio.FIRST_COMPLETED)
            if answer.done() and not (answer.exception() and self.server.died.done()):
                return answer.result()
        finally:
            answer.cancel()
        raise ModelUnavailable(f"vLLM died while it served {self.name}: {self.server.died.result()}")


class ServedAdapter:
    """An adapter of a server, as a chat model; the server belongs to the model that loaded it."""

    def __init__(self, name: str, model: VllmChatModel) -> None:
        self.name = name
        self._model = model

    async def chat(self, request: ChatRequest) -> ChatReply:
        """See `ChatModel.chat`."""
        return await self._model.chat(request)

    async def close(self) -> None:
        """The server keeps running; `VllmChatModel.unload_adapter` takes the adapter out."""
