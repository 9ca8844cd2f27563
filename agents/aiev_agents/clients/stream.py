"""A streamed chat completion, put together as the completion that it is a stream of.

Invariants: a stream that ends before it says that it is complete gives no completion; fields of the deltas that this
module does not know (a model's reasoning, under whatever name) are put together like the text. Not covered: what the
completion means (`completion.py`).

Source: server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html; the chunks of OpenAI's
reference of chat completions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiev_agents.encoding import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

_DONE = b"[DONE]"


class StreamCutError(ValueError):
    """A stream ends in the middle."""


def is_stream(content: bytes) -> bool:
    """Whether an answer is a stream of events, whatever its headers call it."""
    return content.lstrip(b"\xef\xbb\xbf\r\n ")[:8].split(b":")[0] in {b"data", b"event", b"id", b"retry", b""} and (
        b"data:" in content
    )


def whole_completion(content: bytes) -> dict[str, Any]:
    """The completion behind a stream; an error in it is an error of the completion.

    Raises:
        ValueError: an event is no JSON, or (`StreamCutError`) the last one is missing.
    """
    completion: dict[str, Any] = {}
    message: dict[str, Any] = {}
    reason, complete = "", False
    for event in _events(content):
        if event == _DONE:
            complete = True
            break
        chunk = decode(event)
        if not isinstance(chunk, dict):
            raise ValueError("an event that is no chunk")  # noqa: TRY004 - of what was sent, not of a caller's type
        completion |= {name: value for name, value in chunk.items() if name != "choices" and value is not None}
        for choice in _first(chunk.get("choices")):
            _add(message, choice.get("delta") or choice.get("message") or {"content": choice.get("text") or ""})
            reason = choice.get("finish_reason") or reason
    if not (complete or reason or completion.get("error")):
        raise StreamCutError("a stream that was cut")
    return completion | {"choices": [{"index": 0, "message": message, "finish_reason": reason}]}


def _events(content: bytes) -> Iterator[bytes]:
    """The data of each event."""
    data: list[bytes] = []
    for line in content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        if line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" "))
        elif not line and data:
            yield b"\n".join(data).strip()
            data = []
    if data:
        yield b"\n".join(data).strip()


def _first(choices: object) -> Iterator[dict[str, Any]]:
    """The parts of the first choice: others are never asked for."""
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict) and not choice.get("index"):
            yield choice


def _add(message: dict[str, Any], delta: object) -> None:
    """Put what a chunk brings behind what came before; a role is said, not spelt."""
    for name, value in delta.items() if isinstance(delta, dict) else ():
        before = message.get(name)
        if name == "role" or before is None or type(before) is not type(value):
            message[name] = value if value is not None else before
        elif isinstance(value, (str, list)):
            message[name] = before + value
