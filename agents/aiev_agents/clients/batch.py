"""A provider's batch API: many requests in one file, answered within a day at about half the price.

Speaks what OpenAI's API has under `/files` and `/batches`. Invariants: a batch carries a token of ours in its metadata,
so that one whose answer was lost, because this process died between the two, is found instead of sent again; nothing is
sent twice by itself, so every failure is an error that says what was not done. Not covered: when to poll, and where
the replies go.

Source: https://developers.openai.com/api/docs/guides/batch
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import openai
from yarl import URL

from aiev_agents.clients.completion import read_completion
from aiev_agents.clients.failures import of_exception, without_secrets
from aiev_agents.clients.transport import RedirectedElsewhereError, followed
from aiev_agents.errors import ModelError, ModelUnavailable
from aiev_agents.keys import reply_without_keys, without_keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

    from openai.types import Batch

    from aiev_agents.clients.openai import Endpoint
    from aiev_agents.messages import ChatReply, ChatRequest

TOKEN = "aiev_batch"  # noqa: S105 - the name of a field
FINAL = frozenset({"completed", "failed", "expired", "cancelled"})
"""Statuses after which nothing more comes."""
_CLOCK_SECONDS = 3600
"""How far the provider's clock may be behind ours when we look for a batch."""
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class BatchState:
    """What the provider says of a batch."""

    id: str
    status: str
    """`validating`, `in_progress`, `finalizing`, `cancelling`, or one of `FINAL`."""
    answered: int
    failed: int
    output_file: str
    error_file: str
    detail: str
    """Why it failed; else empty."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of one request. Exactly one of `reply` and `error` says so."""

    key: str
    """The request's hash."""
    reply: ChatReply | None = None
    error: str = ""


class BatchModel:
    """A client of the batch API. Raises what `ChatModel.chat` raises."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=endpoint.api_key or "none",
            timeout=endpoint.timeout_seconds,
            max_retries=0,
            default_headers=dict(endpoint.headers),
            http_client=openai.DefaultAioHttpClient(event_hooks={"response": [self._stay]}),
        )

    async def _stay(self, response: Any) -> None:
        """Refuse a redirect that would take requests or key elsewhere, before it is followed."""
        if response.has_redirect_location:
            followed(URL(str(response.url)), response.headers["location"], self.endpoint.allow_hosts)

    @property
    def _path(self) -> str:
        """Where each request of a batch goes."""
        return f"/v1{self.endpoint.shape.path}"

    def lines(self, requests: Iterable[ChatRequest]) -> Iterator[bytes]:
        """Each request as its line of a batch's file, named by its hash."""
        for request in requests:
            body = self.endpoint.shape.body(request, self.endpoint.grammar_field, batch=True)
            line = {"custom_id": request.hash, "method": "POST", "url": self._path, "body": body}
            yield json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"

    async def upload(self, lines: Sequence[bytes]) -> str:
        """Upload a batch's requests: the file's id. Costs nothing yet."""
        with _translated(self.endpoint):
            file = await self._client.files.create(file=("aiev.jsonl", b"".join(lines)), purpose="batch")
        return file.id

    async def submit(self, file: str, *, token: str, window: str = "24h") -> str:
        """Submit the requests of an uploaded file: the batch's id. From here on they are paid for."""
        with _translated(self.endpoint):
            batch = await self._client.batches.create(
                input_file_id=file,
                endpoint=self._path,  # type: ignore[arg-type]  # one of two that are known
                completion_window=window,  # type: ignore[arg-type]  # other providers have other windows
                metadata={TOKEN: token},
            )
        return batch.id

    async def find(self, token: str, *, since: float) -> str:
        """The id of the batch with our token, made after `since` (seconds since the epoch), or ""."""
        with _translated(self.endpoint):
            async for batch in self._client.batches.list(limit=100):
                if (batch.metadata or {}).get(TOKEN) == token:
                    return batch.id
                if batch.created_at < since - _CLOCK_SECONDS:
                    return ""
        return ""

    async def poll(self, batch_id: str) -> BatchState:
        """The state of a batch now."""
        with _translated(self.endpoint):
            return _state(await self._client.batches.retrieve(batch_id))

    async def cancel(self, batch_id: str) -> BatchState:
        """Cancel a batch; what was answered already can still be fetched."""
        with _translated(self.endpoint):
            return _state(await self._client.batches.cancel(batch_id))

    async def results(self, state: BatchState) -> AsyncIterator[BatchResult]:
        """What became of the requests, in no order; a request that has no line was not answered."""
        for file in (state.output_file, state.error_file):
            if file:
                with _translated(self.endpoint):
                    content = await self._client.files.content(file)
                for line in content.content.split(b"\n"):
                    if line.strip():
                        yield _without_keys(_result(line), self.endpoint.keys)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


@contextmanager
def _translated(endpoint: Endpoint) -> Iterator[None]:
    """Turns the SDK's errors inside its block into ours."""
    try:
        yield
    except (openai.OpenAIError, RedirectedElsewhereError) as error:
        where = f"the batch API at {endpoint.base_url}"
        failure = of_exception(error, where, endpoint.timeout_seconds, key_env=endpoint.key_env)
        advice = ""
        if isinstance(error, openai.NotFoundError):
            advice = "; does the provider offer batches?"
        elif isinstance(failure, ModelUnavailable):
            advice = "; the same command resumes"
        raise without_secrets(type(failure)(f"{failure}{advice}"), endpoint.secrets) from None


def _state(batch: Batch) -> BatchState:
    errors = (batch.errors.data if batch.errors else None) or []
    counts = batch.request_counts
    return BatchState(
        id=batch.id,
        status=batch.status,
        answered=counts.completed if counts else 0,
        failed=counts.failed if counts else 0,
        output_file=batch.output_file_id or "",
        error_file=batch.error_file_id or "",
        detail=" ".join("; ".join(str(error.message) for error in errors).split())[:_LONGEST],
    )


def _result(line: bytes) -> BatchResult:
    """Read one line of an output or error file; whatever is wrong with it becomes its error."""
    try:
        entry = json.loads(line)
        key = str(entry["custom_id"])
    except (ValueError, KeyError, TypeError):
        return BatchResult(key="", error="a line without custom_id")
    response = entry.get("response") or {}
    body = response.get("body") or {}
    if response.get("status_code") == 200:  # noqa: PLR2004 - HTTP's OK
        return _answered(key, body)
    error = entry.get("error") or body.get("error") or {}
    said = error.get("message") or error.get("code") if isinstance(error, dict) else error
    return BatchResult(key, error=" ".join(str(said or f"status {response.get('status_code')}").split())[:_LONGEST])


def _without_keys(result: BatchResult, keys: Sequence[str]) -> BatchResult:
    reply = result.reply and reply_without_keys(result.reply, keys)
    return replace(result, reply=reply, error=without_keys(result.error, keys))


def _answered(key: str, body: dict[str, Any]) -> BatchResult:
    try:
        return BatchResult(key, reply=read_completion(json.dumps(body).encode(), {}, "the batch", seconds=0.0))
    except ModelError as error:
        return BatchResult(key, error=str(error))
