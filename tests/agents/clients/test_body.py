import pytest

from aiev_agents.clients.body import Shape
from aiev_agents.messages import ChatRequest, Sampling

TURNS = (("system", "S"), ("user", "A"), ("user", "B"), ("assistant", "C"), ("user", "D"))
REQUEST = ChatRequest(model="m", turns=TURNS, sampling=Sampling(temperature=0.5, seed=7, stop=("E",)), grammar="g")


def roles(body):
    return [(message["role"], message["content"]) for message in body["messages"]]


def test_a_plain_body_has_what_was_asked_for():
    body = Shape().body(REQUEST, "grammar")
    assert roles(body) == list(TURNS)
    del body["messages"]
    assert body == {
        "model": "m", "temperature": 0.5, "top_p": 0.95, "max_tokens": 1024, "seed": 7, "stop": ["E"], "grammar": "g"
    }  # fmt: skip


def test_greedy_decoding_sends_no_top_p():
    assert "top_p" not in Shape().body(ChatRequest(model="m", turns=TURNS, sampling=Sampling(temperature=0.0)))


def test_parameters_are_renamed_left_out_and_added():
    shape = Shape(
        rename={"max_tokens": "max_completion_tokens"},
        leave_out=frozenset({"seed", "stop"}),
        extra_body={"provider": {"order": ["x"]}, "temperature": 1},
    )
    body = shape.body(REQUEST)
    assert body["max_completion_tokens"] == 1024
    assert not {"max_tokens", "seed", "stop"} & set(body)
    assert (body["provider"], body["temperature"]) == ({"order": ["x"]}, 1)
    assert shape.plain_name("max_completion_tokens") == "max_tokens"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (Shape(system_role="developer"), [("developer", "S"), *TURNS[1:]]),
        (Shape(system_role="user"), [("user", "S\n\nA\n\nB"), ("assistant", "C"), ("user", "D")]),
        (Shape(alternate_roles=True), [("system", "S"), ("user", "A\n\nB"), ("assistant", "C"), ("user", "D")]),
    ],
)
def test_roles_are_what_the_endpoint_takes(shape, expected):
    assert roles(shape.body(REQUEST)) == expected


def test_a_batch_is_never_streamed():
    shape = Shape(stream=True)
    assert shape.body(REQUEST)["stream"] is True
    assert not {"stream", "stream_options"} & set(shape.body(REQUEST, batch=True))


def test_the_completion_api_gets_one_text_that_ends_where_the_model_begins():
    shape = Shape(completion=True)
    body = shape.body(REQUEST)
    assert "messages" not in body
    assert body["prompt"] == "S\n\n### Task\nA\n\n### Task\nB\n\n### Answer\nC\n\n### Task\nD\n\n### Answer\n"
    assert body["stop"] == ["E", "\n### Task"]
    assert (shape.path, Shape().path) == ("/completions", "/chat/completions")
