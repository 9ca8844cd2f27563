import json

import pytest

from aiev_agents.clients.stream import StreamCutError, is_stream, whole_completion


def events(*chunks, end="data: [DONE]\n\n"):
    return ("".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + end).encode()


def delta(finish=None, **fields):
    return {"model": "m", "choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


def test_text_reasoning_and_usage_are_put_together():
    content = events(
        delta(role="assistant", content=""),
        delta(reasoning_content="Let me "),
        delta(reasoning_content="see.", content=None),
        delta(content="2", reasoning_content=None),
        delta("stop", content=" + 2"),
        {"choices": [], "usage": {"completion_tokens": 5}},
    )
    whole = whole_completion(content)
    (choice,) = whole["choices"]
    assert choice["message"] == {"role": "assistant", "content": "2 + 2", "reasoning_content": "Let me see."}
    assert (choice["finish_reason"], whole["usage"], whole["model"]) == ("stop", {"completion_tokens": 5}, "m")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_comments_other_fields_and_any_line_end_are_read(newline):
    text = ': waiting\n\nevent: chunk\nid: 1\ndata:{"choices":[{"delta":{"content":"a\u2028b"}}]}\n\ndata: [DONE]'
    content = text.replace("\n", newline).encode()
    assert is_stream(content)
    assert whole_completion(content)["choices"][0]["message"]["content"] == "a\u2028b"


def test_parts_of_content_are_kept_in_order_and_other_choices_left_aside():
    parts = [{"type": "text", "text": "a"}], [{"type": "text", "text": "b"}]
    other = {"choices": [{"index": 1, "delta": {"content": "no"}}]}
    whole = whole_completion(events(delta(content=parts[0]), other, delta("stop", content=parts[1])))
    assert whole["choices"][0]["message"]["content"] == [*parts[0], *parts[1]]


@pytest.mark.parametrize("end", ["", 'data: {"choi', "data: 7\n\n"])
def test_a_stream_without_its_end_is_no_completion(end):
    with pytest.raises(ValueError, match=r".") as caught:
        whole_completion(events(delta(content="Hel"), end=end))
    assert end or caught.type is StreamCutError


@pytest.mark.parametrize("content", [b'{"data": "data: x"}', b"<html>data: x</html>", b"", b"[1]"])
def test_what_is_no_stream_is_not_taken_for_one(content):
    assert not is_stream(content)


def test_a_stream_of_the_completion_api_is_put_together():
    content = events({"choices": [{"index": 0, "text": "2"}]}, {"choices": [{"text": " + 2", "finish_reason": "stop"}]})
    (choice,) = whole_completion(content)["choices"]
    assert (choice["message"], choice["finish_reason"]) == ({"content": "2 + 2"}, "stop")
