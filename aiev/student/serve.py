"""Serves teacher and student: the configured model, or an adapter over the model that was trained.

Invariant: an adapter is served under its own name, by the embedded llama.cpp or by a server that loads adapters while
it runs. Not covered: merged weights; name their folder as the model.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from aiev.config.layers import Config
from aiev.errors import SetupError
from aiev.setup.errors import as_setup_errors
from aiev.setup.model import build_model, embedded_model
from aiev.student.roles import with_model_name
from aiev.student.training.spec import GGUF_ADAPTER, MODEL

if TYPE_CHECKING:
    from aiev.store.student_records import TrainingRecord
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.messages import ChatReply, ChatRequest


@runtime_checkable
class AdapterServer(Protocol):
    """A model server that loads adapters while it runs, such as vLLM's."""

    async def load_adapter(self, name: str, path: Path) -> ChatModel:
        """Load an adapter and return it as a model of its own."""
        ...

    async def served(self) -> list[str]:
        """Names that the server answers to."""
        ...

    def adapter(self, name: str) -> ChatModel:
        """An adapter that the server has already."""
        ...


class AdapterModel:
    """An adapter and its server, closed together."""

    def __init__(self, adapter: ChatModel, server: ChatModel) -> None:
        self.name = adapter.name
        self._adapter = adapter
        self._server = server

    async def chat(self, request: ChatRequest) -> ChatReply:
        """See `ChatModel.chat`."""
        return await self._adapter.chat(request)

    async def close(self) -> None:
        """Close both."""
        await self._adapter.close()
        await self._server.close()


async def open_model(config: Config, training: TrainingRecord | None = None) -> ChatModel:
    """The model that answers for a role.

    Args:
        config: of the role.
        training: whose weights it uses; None takes the model as it is.

    Raises:
        SetupError: its backend cannot serve the trained weights.
        AievError: see `build_model`.
    """
    if training is None:
        return await build_model(config.settings)
    if config.settings.model.backend == "embedded":
        return await _embedded(config, training)
    server = await build_model(_server_config(config, training).settings)
    try:
        with as_setup_errors():
            return AdapterModel(await _load_adapter(server, config.settings.model.backend, training), server)
    except BaseException:
        await server.close()
        raise


def _server_config(config: Config, training: TrainingRecord) -> Config:
    """The configuration of the server under the adapter: it serves the model that was trained, by its own name."""
    base = with_model_name(config, config.settings.student.name or training.base)
    if base.settings.model.backend != "vllm":
        return base
    vllm = base.settings.vllm
    rank = int(training.config.get("lora_rank", 0))
    changed = {"lora": True, "weights": vllm.weights or training.base, "max_lora_rank": max(vllm.max_lora_rank, rank)}
    settings = base.settings.model_copy(update={"vllm": vllm.model_copy(update=changed)})
    return Config(settings=settings, origins=base.origins)


async def _load_adapter(server: ChatModel, backend: str, training: TrainingRecord) -> ChatModel:
    if not isinstance(server, AdapterServer):
        raise SetupError(
            f"model.backend = {backend!r} loads no adapter; name a file in student.config that sets it to embedded or "
            "vllm"
        )
    if training.adapter in await server.served():  # an earlier start loaded the same weights
        return server.adapter(training.adapter)
    return await server.load_adapter(training.adapter, _weights(training))


def _weights(training: TrainingRecord) -> Path:
    return Path(training.path, MODEL).resolve()


async def _embedded(config: Config, training: TrainingRecord) -> ChatModel:
    """llama.cpp with the adapter over the GGUF file that was trained."""
    base, adapter = _gguf_files(training)
    return await embedded_model(config.settings.model, base, name=training.adapter, adapter=adapter)


def _gguf_files(training: TrainingRecord) -> tuple[Path, Path]:
    """The model that was trained and its adapter, for llama.cpp.

    Raises:
        SetupError: one of them is missing.
    """
    base, adapter = Path(training.base), Path(training.path, MODEL, GGUF_ADAPTER)
    if base.is_file() and adapter.is_file():
        return base, adapter
    raise SetupError(
        f"{training.adapter} has no adapter that the embedded llama.cpp can serve: that needs train.weights of lora, a "
        "student that is a GGUF file, and no train.special_tokens; serve it with vllm (student.config)"
    )
