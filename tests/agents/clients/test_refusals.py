"""Refusals in the words of real endpoints, and what each teaches."""

import pytest

from aiev_agents.clients.body import Shape
from aiev_agents.clients.failures import refusal_of
from aiev_agents.clients.refusals import lesson_of
from aiev_agents.messages import ChatRequest, Sampling

REQUEST = ChatRequest(
    model="m", turns=(("system", "S"), ("user", "U")), sampling=Sampling(temperature=0.3, seed=7, stop=("E",))
)
FOLDED = "the system text goes out with the first user turn"
STREAMED = "replies are streamed"


def said(message, param=None, code=None):
    return {"error": {"message": message, "param": param, "code": code}}


def extra(*names):
    return [
        {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted"} for name in names
    ]


def learnt(document, shape=None):
    shape = shape or Shape()
    lesson = lesson_of(refusal_of(document), shape, shape.body(REQUEST))
    return lesson.words if lesson else None


UNSUPPORTED = "Unsupported parameter: '{}' is not supported with this model."
PARAMETERS = [
    (
        said(f"{UNSUPPORTED.format('max_tokens')} Use 'max_completion_tokens' instead.", "max_tokens"),
        "max_tokens is sent as max_completion_tokens",
    ),
    (said("maxTokens is deprecated; use max_completion_tokens"), "max_tokens is sent as max_completion_tokens"),
    (said("Unknown parameter: 'seed'. Did you mean 'random_seed'?"), "seed is sent as random_seed"),
    (
        said("Unsupported value: 'temperature'. Only the default (1) value is supported.", "temperature"),
        "temperature is left out",
    ),
    (said("invalid temperature: only 1 is allowed for this model"), "temperature is left out"),
    (said("`temperature` may only be set to 1 when thinking is enabled."), "temperature is left out"),
    (
        said("`temperature` and `top_p` cannot both be specified for this model. Please use only one."),
        "top_p is left out",
    ),
    (said("Top p must be 1 when using greedy sampling."), "top_p is left out"),
    (said("Range of top_p should be (0.0, 1.0)"), "top_p is left out"),
    (said("The `top_p` parameter must be unset when temperature is set"), "top_p is left out"),
    (said("max_tokens is too large: 8192. At most 4096 are supported.", "max_tokens"), "max_tokens is left out"),
    (
        said("'max_tokens' is too large: 4096. This model's maximum context length is 4096 tokens"),
        "max_tokens is left out",
    ),
    (said("Unrecognized request argument supplied: seed"), "seed is left out"),
    (said("unknown field `seed`, expected one of `messages`, `model` at line 1 column 90"), "seed is left out"),
    ([{"error": {"code": 400, "message": 'Unknown name "seed": Cannot find field.'}}], "seed is left out"),
    ({"detail": extra("seed", "stop")}, "seed and stop are left out"),
    ({"object": "error", "message": {"detail": extra("seed")}}, "seed is left out"),
    (said(str(extra("seed"))), "seed is left out"),
    (said("Argument not supported on this model: stop"), "stop is left out"),
    ({"error": "seed is not a valid parameter"}, "seed is left out"),
    (
        said("The parameters temperature, top_p and seed are not supported."),
        "temperature and top_p and seed are left out",
    ),
    (
        {"error": {"message": "Provider returned error", "metadata": {"raw": UNSUPPORTED.format("temperature")}}},
        "temperature is left out",
    ),
]
ROLES = [
    "System role not supported",
    "role 'system' is not allowed",
    "Only user and assistant roles are supported!",
    "Developer instruction is not enabled for models/gemma-3-27b-it",
    "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
    "Conversation roles must alternate user/assistant/user/assistant/...",
]
STREAMS = [
    "Only streaming is supported",
    "This model only support stream mode, please enable the stream parameter to access the model. ",
    "Stream must be set to true",
    "Non-streaming requests are not supported for this model",
    "Streaming is required for operations that may take longer than 10 minutes.",
    "Unsupported value: 'stream' does not support false with this model. Only the default (true) value is supported.",
]
NOTHING = [
    said("This model's maximum context length is 8192", "messages", "context_length_exceeded"),
    said("Invalid 'messages[1].content': string too long. Expected maximum length 1048576", "messages[1].content"),
    said("The response was filtered by the content management policy", "prompt", "content_filter"),
    said("Please stop sending so many requests"),
    said("Bad Request"),
    "no words at all",
]


@pytest.mark.parametrize(("document", "words"), PARAMETERS)
def test_a_parameter_that_is_named_is_renamed_or_left_out(document, words):
    assert learnt(document) == words


@pytest.mark.parametrize("message", ROLES)
def test_a_system_text_that_is_refused_goes_into_the_first_user_turn(message):
    assert learnt(said(message)) == FOLDED
    assert learnt(said(message), Shape(system_role="user")) is None


@pytest.mark.parametrize("message", STREAMS)
def test_an_endpoint_that_only_streams_is_streamed(message):
    assert learnt(said(message)) == STREAMED


@pytest.mark.parametrize("document", NOTHING)
def test_nothing_is_learnt_from_what_concerns_one_request_or_names_nothing(document):
    assert learnt(document) is None


def test_neighbours_of_one_role_are_joined_where_roles_must_alternate():
    request = ChatRequest(model="m", turns=(("user", "A"), ("user", "B"), ("assistant", "C")))
    shape = Shape()
    lesson = lesson_of(refusal_of(said("roles must alternate")), shape, shape.body(request))
    assert [one["content"] for one in lesson.shape.body(request)["messages"]] == ["A\n\nB", "C"]


def test_a_switch_that_must_be_off_is_sent_as_off_unless_the_user_set_it():
    message = "parameter.enable_thinking must be set to false for non-streaming calls"
    assert learnt(said(message)) == "enable_thinking is sent as false"
    wanted = Shape(extra_body={"enable_thinking": True}, owned=frozenset({"enable_thinking"}))
    assert learnt(said(message), wanted) == STREAMED


def test_what_the_user_adds_is_never_taken_away_and_what_a_preset_adds_is():
    document = said("Unknown parameter: 'reasoning_effort'.", "reasoning_effort")
    added = {"reasoning_effort": "low"}
    assert learnt(document, Shape(extra_body=added, owned=frozenset(added))) is None
    assert learnt(document, Shape(extra_body=added)) == "reasoning_effort is left out"


def test_a_new_name_that_is_refused_too_is_left_out_under_its_old_one():
    shape = Shape(rename={"max_tokens": "max_completion_tokens"})
    document = said(UNSUPPORTED.format("max_completion_tokens"), "max_completion_tokens")
    lesson = lesson_of(refusal_of(document), shape, shape.body(REQUEST))
    assert not {"max_tokens", "max_completion_tokens"} & set(lesson.shape.body(REQUEST))


def test_usage_is_not_asked_for_where_the_stream_cannot_bring_it():
    shape = Shape(stream=True)
    lesson = lesson_of(refusal_of(said("Unknown parameter: 'stream_options'", "stream_options")), shape, {})
    assert "stream_options" not in lesson.shape.body(REQUEST)
    assert lesson.shape.body(REQUEST)["stream"] is True
