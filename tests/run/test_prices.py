import pytest

from aiev.config.layers import load_config
from aiev.errors import ConfigError
from aiev.run.prices import Prices, check_cost_limit
from aiev_agents.messages import ChatReply

OPENAI = ("model.backend=openai", "model.base_url=https://api.openai.com/v1", "model.name=gpt-4o-mini")


def prices(*assignments):
    return Prices(load_config(assignments=assignments).settings.model)


def reply(model="gpt-4o-mini-2024-07-18", **figures):
    return ChatReply(content="x", model=model, **{"prompt_tokens": 1_000_000, "completion_tokens": 0} | figures)


def test_a_known_model_at_its_address_has_the_price_of_the_table():
    known = prices(*OPENAI)
    assert known.cost(reply()) == pytest.approx(0.15)
    assert known.cost(reply(prompt_tokens=0, completion_tokens=1_000_000)) == pytest.approx(0.60)
    assert known.cost(reply(cached_tokens=1_000_000)) == pytest.approx(0.075)


def test_the_name_that_was_asked_for_counts_when_the_one_that_answered_is_unknown():
    assert prices(*OPENAI).cost(reply(model="fine-tune-of-mine")) == pytest.approx(0.15)


@pytest.mark.parametrize(
    "assignments",
    [
        ("model.backend=openai", "model.base_url=http://127.0.0.1:8000/v1", "model.name=gpt-4o-mini"),
        ("model.backend=openai", "model.base_url=https://api.openai.com/v1", "model.name=nobody-knows"),
        (),
    ],
)
def test_an_unknown_address_or_model_has_no_price(assignments):
    assert prices(*assignments).cost(reply(model="nobody-knows-either")) is None


def test_prices_of_the_configuration_go_before_those_of_the_table():
    own = prices(*OPENAI, "model.price_input=2", "model.price_output=4")
    assert own.cost(reply(completion_tokens=500_000)) == pytest.approx(4.0)
    cached = prices(*OPENAI, "model.price_input=2", "model.price_output=4", "model.price_cached=1")
    assert cached.cost(reply(cached_tokens=500_000)) == pytest.approx(1.5)
    assert prices("model.price_input=0", "model.price_output=0").cost(reply()) == 0


def test_a_reply_without_count_has_no_price():
    assert prices(*OPENAI).cost(reply(counted=False)) is None


def test_half_a_price_is_a_mistake():
    with pytest.raises(ConfigError, match="give both prices"):
        prices("model.price_input=2")


def test_of_several_endpoints_the_one_that_answered_has_the_price():
    several = prices(
        "model.backend=openai",
        "model.name=gpt-4o-mini",
        "model.endpoints=['https://api.openai.com/v1', 'http://127.0.0.1:8000/v1']",
    )
    assert several.cost(reply(address="https://api.openai.com/v1")) == pytest.approx(0.15)
    assert several.cost(reply(address="http://127.0.0.1:8000/v1")) is None


def test_a_limit_of_cost_wants_a_price_for_every_endpoint():
    def check(endpoints):
        assignments = ["model.backend=openai", "model.name=gpt-4o-mini", "limits.max_cost=1"]
        check_cost_limit(load_config(assignments=[*assignments, f"model.endpoints={endpoints}"]).settings)

    check(["https://api.openai.com/v1"])
    with pytest.raises(ConfigError, match=r"no price is known for 'gpt-4o-mini' at http://127\.0\.0\.1:8000"):
        check(["https://api.openai.com/v1", "http://127.0.0.1:8000/v1"])
