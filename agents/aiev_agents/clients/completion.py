"""The answer to a chat request as a `ChatReply`, or as the error that it really is.

Invariants: nothing in an answer is trusted to be there or to have its type; a reply that leaves here has text. Not
covered: answers with another status than 200 (`failures.py`).

Source: OpenAI's reference of chat completions; llama.cpp, vLLM, OpenRouter and DeepSeek for what differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiev_agents.clients.failures import TEXT_LIMIT, of_error_object
from aiev_agents.clients.stream import is_stream, whole_completion
from aiev_agents.encoding import decode
from aiev_agents.errors import ModelError, ModelUnavailable, RequestRejected
from aiev_agents.messages import ChatReply

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_completion(content: bytes, headers: Mapping[str, str], where: str, *, seconds: float) -> ChatReply:
    """Take text and figures out of the body of an answer.

    Raises:
        ModelError: it holds no reply that can be used.
    """
    streamed = is_stream(content)
    try:
        body = whole_completion(content) if streamed else decode(content)
    except ValueError:
        if streamed:
            raise ModelUnavailable(f"{where} sent a stream that was cut", answered=True) from None
        page = content.lstrip()[:1] == b"<"
        what = "a web page; does model.base_url end where its API begins, often /v1?" if page else "broken JSON"
        raise ModelUnavailable(f"{where} sent {what}", answered=True) from None
    if not isinstance(body, dict):
        raise ModelUnavailable(f"{where} sent JSON that is no chat completion", answered=True)
    choice = _first_choice(body)
    text = _text(choice)
    if body.get("error") and (streamed or not text):
        raise of_error_object(body, headers, where)
    reason = str(choice.get("finish_reason") or "")
    usage = _mapping(body.get("usage"))
    if not text.strip() or reason == "error":
        raise _without_text(choice, reason, where, usage)
    return _reply(str(body.get("model") or ""), text, reason, usage, seconds)


def _without_text(choice: dict[str, Any], reason: str, where: str, usage: dict[str, Any]) -> ModelError:
    """Why a reply has no text: for some reasons the same request would fail again."""
    refusal = _mapping(choice.get("message")).get("refusal")
    meaning: type[ModelError] = RequestRejected
    if refusal:
        what = f"a refusal: {' '.join(str(refusal).split())[:TEXT_LIMIT]}"
    elif reason == "content_filter":
        what = "nothing: its content filter stopped the reply"
    elif reason == "length":
        what = "no text within max_tokens; give the role more"
    else:
        what, meaning = "a reply without content", ModelUnavailable
    read, written = _tokens(usage)
    answered = bool(refusal) or reason != "content_filter"  # a filter is the endpoint's, the rest is the model's
    return meaning(f"{where} sent {what}", answered=answered, prompt_tokens=read, completion_tokens=written)


def _reply(model: str, text: str, reason: str, usage: dict[str, Any], seconds: float) -> ChatReply:
    read, written = _tokens(usage)
    return ChatReply(
        content=text,
        model=model,
        finish_reason=reason,
        prompt_tokens=read,
        completion_tokens=written,
        cached_tokens=_count(usage.get("prompt_tokens_details"), "cached_tokens")
        or _count(usage, "prompt_cache_hit_tokens"),
        reasoning_tokens=_count(usage.get("completion_tokens_details"), "reasoning_tokens"),
        counted=bool(read or written),
        seconds=seconds,
    )


def _tokens(usage: dict[str, Any]) -> tuple[int, int]:
    """Tokens read and written, as the endpoint counted them."""
    return _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")


def _first_choice(body: dict[str, Any]) -> dict[str, Any]:
    choices = body.get("choices")
    return _mapping(choices[0]) if isinstance(choices, list) and choices else {}


def _text(choice: dict[str, Any]) -> str:
    """The message's text; some endpoints send it in parts."""
    content = _mapping(choice.get("message")).get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(_mapping(part).get("text") or "") for part in content)
    return ""


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(usage: object, name: str) -> int:
    """A number of tokens that the endpoint counted; 0 where it has none."""
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
