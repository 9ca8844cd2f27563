"""A chat model and an interpreter whose calls are observed.

Invariant: calls are not changed. They stand below the journal, so a replayed reply or result is not observed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.telemetry.operations import ChatOperation, ExecutionOperation, conversation

if TYPE_CHECKING:
    from aiev.telemetry.operations import Observers
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.messages import ChatReply, ChatRequest
    from aiev_interpreter.matrix import Matrix, MatrixResult
    from aiev_interpreter.protocol import ExecutionResult, Interpreter, Job


class ObservedModel:
    """A chat model whose requests are observed."""

    def __init__(self, model: ChatModel, observers: Observers, address: str = "") -> None:
        self.name = model.name
        self._model = model
        self._observers = observers
        self._address = address

    async def chat(self, request: ChatRequest) -> ChatReply:
        """See `ChatModel.chat`."""
        operation = ChatOperation(request, self._address, conversation.get())
        with self._observers.observe(operation):
            operation.reply = await self._model.chat(request)
        return operation.reply

    async def close(self) -> None:
        """See `ChatModel.close`."""
        await self._model.close()


class ObservedInterpreter:
    """An interpreter whose executions are observed."""

    def __init__(self, interpreter: Interpreter, observers: Observers) -> None:
        self.name = interpreter.name
        self.image = interpreter.image
        self.notice = interpreter.notice
        self._interpreter = interpreter
        self._observers = observers

    async def execute(self, job: Job, *, owner: str = "") -> ExecutionResult:
        """See `Interpreter.execute`."""
        operation = ExecutionOperation(job, self.name, conversation.get())
        with self._observers.observe(operation):
            operation.result = await self._interpreter.execute(job, owner=owner)
        return operation.result

    async def execute_matrix(self, matrix: Matrix, *, owner: str = "") -> MatrixResult:
        """See `Interpreter.execute_matrix`; matrices are not observed."""
        return await self._interpreter.execute_matrix(matrix, owner=owner)

    async def release(self, owner: str) -> None:
        """See `Interpreter.release`."""
        await self._interpreter.release(owner)

    async def close(self) -> None:
        """See `Interpreter.close`."""
        await self._interpreter.close()
