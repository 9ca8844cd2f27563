"""The answer to a chat request as a `ChatReply`, or as the error that it really is.

Invariants: nothing in an answer is trusted to be there or to have its type; a reply that leaves here has text, which
holds neither thoughts nor special tokens. Not covered: answers with another status than 200 (`failures.py`).

Source: OpenAI's reference of chat completions; llama.cpp, vLLM, OpenRouter and DeepSeek for what differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiev_agents.clients.failures import TEXT_LIMIT, of_error_object
from aiev_agents.clients.stream import is_stream, whole_completion
from aiev_agents.encoding import decode
from aiev_agents.errors import ModelError, ModelUnavailable, RequestRejected
from aiev_agents.messages import ChatReply
from aiev_agents.thoughts import Said, separated

if TYPE_CHECKING:
    from collections.abc import Mapping


CUT = frozenset({"length", "max_tokens", "model_length", "MAX_TOKENS"})
"""Reasons of an endpoint that stopped a reply for its length."""


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
    said = _said(choice)
    if body.get("error") and (streamed or not said.answer):
        raise of_error_object(body, headers, where)
    reason = str(choice.get("finish_reason") or "")
    usage = _mapping(body.get("usage"))
    if not said.answer.strip() or reason == "error":
        raise _without_text(choice, reason, where, usage, said.thoughts)
    return _reply(str(body.get("model") or ""), said, reason, usage, seconds)


def _without_text(choice: dict[str, Any], reason: str, where: str, usage: dict[str, Any], thoughts: str) -> ModelError:
    """Why a reply has no text: for some reasons the same request would fail again."""
    refusal = _mapping(choice.get("message")).get("refusal")
    meaning: type[ModelError] = RequestRejected
    if refusal:
        what = f"a refusal: {' '.join(str(refusal).split())[:TEXT_LIMIT]}"
    elif reason == "content_filter":
        what = "nothing: its content filter stopped the reply"
    elif reason in CUT:
        what = f"no text within max_tokens{', but thoughts' if thoughts else ''}; give the role more"
    elif thoughts:
        what = "thoughts and no answer"
    else:
        what, meaning = "a reply without content", ModelUnavailable
    read, written = _tokens(usage)
    answered = bool(refusal) or reason != "content_filter"  # a filter is the endpoint's, the rest is the model's
    return meaning(f"{where} sent {what}", answered=answered, prompt_tokens=read, completion_tokens=written)


def _reply(model: str, said: Said, reason: str, usage: dict[str, Any], seconds: float) -> ChatReply:
    read, written = _tokens(usage)
    counted = _count(usage.get("completion_tokens_details"), "reasoning_tokens") or _beside(usage)
    share = len(said.thoughts) / (len(said.thoughts) + len(said.answer))
    return ChatReply(
        content=said.answer,
        model=model,
        finish_reason=reason,
        prompt_tokens=read,
        completion_tokens=written,
        cached_tokens=_count(usage.get("prompt_tokens_details"), "cached_tokens")
        or _count(usage, "prompt_cache_hit_tokens"),
        reasoning_tokens=min(counted or round(written * share), written),
        counted=bool(read or written),
        seconds=seconds,
        reasoning=said.thoughts,
    )


def _tokens(usage: dict[str, Any]) -> tuple[int, int]:
    """Tokens read and written, as the endpoint counted them; some count thoughts in the total alone."""
    return _count(usage, "prompt_tokens"), _count(usage, "completion_tokens") + _beside(usage)


def _beside(usage: dict[str, Any]) -> int:
    """Tokens that were written, and that the endpoint does not count among those of the completion."""
    read, written = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    return max(0, _count(usage, "total_tokens") - read - written) if read and written else 0


def _first_choice(body: dict[str, Any]) -> dict[str, Any]:
    choices = body.get("choices")
    return _mapping(choices[0]) if isinstance(choices, list) and choices else {}


def _said(choice: dict[str, Any]) -> Said:
    """Thoughts and text of a message, wherever it has them."""
    said = separated(_text(choice))
    return said._replace(thoughts="\n\n".join(dict.fromkeys(filter(None, (_reasoning(choice), said.thoughts)))))


def _text(choice: dict[str, Any]) -> str:
    """The message's text, which some endpoints send in parts; or the text of the completion API."""
    if isinstance(choice.get("text"), str):
        return str(choice["text"])
    content = _mapping(choice.get("message")).get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in map(_mapping, content) if part.get("type") != "thinking")
    return ""


def _reasoning(choice: dict[str, Any]) -> str:
    """What a model thought, where an endpoint sends it beside the text: as a field, or as parts of the content."""
    message = _mapping(choice.get("message"))
    for name in ("reasoning_content", "reasoning", "thinking"):
        if isinstance(value := message.get(name), str) and value.strip():
            return value.strip()
    parts = message.get("content")
    found = [part.get("thinking") for part in map(_mapping, parts if isinstance(parts, list) else [])]
    return "".join(_flat(one) for one in [*found, message.get("reasoning_details")]).strip()


def _flat(value: object) -> str:
    """The text of a thought, which may itself come in parts."""
    if isinstance(value, list):
        return "".join(str(part.get("text") or part.get("summary") or "") for part in map(_mapping, value))
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(usage: object, name: str) -> int:
    """A number of tokens that the endpoint counted; 0 where it has none."""
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
