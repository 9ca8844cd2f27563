"""Teacher and student as configurations, and as models that answer.

Invariant: a trained student answers under the name of its adapter, which is unique to the weights; so the journal, the
evaluations and the runs tell every student from every other, and no server answers from the cache of an earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from aiev.config.layers import Config, layered
from aiev.errors import SetupError
from aiev.setup.errors import as_setup_errors
from aiev.setup.interpreter import build_interpreter
from aiev.setup.model import build_model, embedded_model
from aiev.student.training.spec import GGUF_ADAPTER, MODEL

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from aiev.config.settings import Settings
    from aiev.store.student_records import TrainingRecord
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.messages import ChatReply, ChatRequest
    from aiev_interpreter.protocol import Interpreter

RoleName = Literal["teacher", "student"]


@runtime_checkable
class TakesAdapters(Protocol):
    """A served model that adapters can be loaded over while it runs, such as vLLM's."""

    async def load_adapter(self, name: str, path: Path) -> ChatModel:
        """Load an adapter and return it as a model of its own."""
        ...

    async def served(self) -> list[str]:
        """Names that the server answers to."""
        ...

    def adapter(self, name: str) -> ChatModel:
        """An adapter that the server has already."""
        ...


class OpensInterpreter(Protocol):
    """Opens a sandbox; see `build_interpreter`."""

    async def __call__(self, settings: Settings, languages: Iterable[str] = (), *, run_id: str) -> Interpreter:
        """The sandbox, with the tools of these languages."""
        ...


class Adapted:
    """An adapter and the server under it, closed together."""

    def __init__(self, adapter: ChatModel, server: ChatModel) -> None:
        self.name = adapter.name
        self._adapter = adapter
        self._server = server

    async def chat(self, request: ChatRequest) -> ChatReply:
        """See `ChatModel.chat`."""
        return await self._adapter.chat(request)

    async def close(self) -> None:
        """End both."""
        await self._adapter.close()
        await self._server.close()


def role_config(config: Config, role: RoleName, *, model: str = "") -> Config:
    """The configuration under which a role answers.

    Args:
        config: as the command was given it; the teacher's.
        role: whose.
        model: name in place of the configured one.
    """
    student = config.settings.student
    if role == "student" and student.config:
        config = layered(config, Path(student.config))
    name = model or (student.name if role == "student" else "")
    return named(config, name) if name else config


def named(config: Config, name: str) -> Config:
    """The same configuration with another model's name."""
    model = config.settings.model.model_copy(update={"name": name})
    settings = config.settings.model_copy(update={"model": model})
    return Config(settings=settings, origins=config.origins | {"model.name": "student.name"})


async def open_role(config: Config, training: TrainingRecord | None = None) -> ChatModel:
    """The model that answers for a role.

    Args:
        config: of the role.
        training: what came of training it; None takes it as it is.

    Raises:
        SetupError: its backend cannot serve what came of the training.
        AievError: see `build_model`.
    """
    if training is None:
        return await build_model(config.settings)
    if config.settings.model.backend == "embedded":
        return await _embedded(config, training)
    server = await build_model(_under_adapters(config, training).settings)
    try:
        with as_setup_errors():
            return Adapted(await _loaded(server, config.settings.model.backend, training), server)
    except BaseException:
        await server.close()
        raise


def _under_adapters(config: Config, training: TrainingRecord) -> Config:
    """The configuration of the server below the adapter: it serves the model that was trained, under its own name."""
    below = named(config, config.settings.student.name or training.base)
    if below.settings.model.backend != "vllm":
        return below
    vllm = below.settings.vllm
    rank = int(training.config.get("lora_rank", 0))
    changed = {"lora": True, "weights": vllm.weights or training.base, "max_lora_rank": max(vllm.max_lora_rank, rank)}
    settings = below.settings.model_copy(update={"vllm": vllm.model_copy(update=changed)})
    return Config(settings=settings, origins=below.origins)


async def _loaded(server: ChatModel, backend: str, training: TrainingRecord) -> ChatModel:
    """The adapter on a server that takes it while it runs."""
    if not isinstance(server, TakesAdapters):
        raise SetupError(
            f"model.backend = {backend!r} loads no adapter; name a file in student.config that sets it to embedded or "
            "vllm"
        )
    if training.adapter in await server.served():  # the same weights: an earlier start left them there
        return server.adapter(training.adapter)
    return await server.load_adapter(training.adapter, _absolute(training))


def _absolute(training: TrainingRecord) -> Path:
    return Path(training.path, MODEL).resolve()


async def _embedded(config: Config, training: TrainingRecord) -> ChatModel:
    """llama.cpp with the adapter over the GGUF file that was trained."""
    base, adapter = Path(training.base), Path(training.path, MODEL, GGUF_ADAPTER)
    if not _are_there(base, adapter):
        raise SetupError(
            f"{training.adapter} has no adapter that the embedded llama.cpp could serve: that needs the method lora, a "
            "student that is a GGUF file, and no train.special_tokens; serve it with vllm (student.config)"
        )
    return await embedded_model(config.settings.model, base, name=training.adapter, adapter=adapter)


@dataclass(frozen=True, slots=True)
class Openers:
    """How models and sandboxes are had; tests of the machinery hand in scripted ones."""

    model: Callable[[Config, TrainingRecord | None], Awaitable[ChatModel]] = open_role
    interpreter: OpensInterpreter = build_interpreter


REAL = Openers()


def _are_there(*paths: Path) -> bool:
    return all(path.is_file() for path in paths)
