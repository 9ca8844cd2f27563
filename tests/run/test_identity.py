"""Ids that databases of 0.1.0 hold: a change of any of them would pay for everything again."""

from aiev.config.layers import load_config
from aiev.run.identity import SELF_LEARN, TEACH, conversation_id, run_id


def test_a_run_is_named_by_configuration_and_recipe():
    one, other = load_config(), load_config(assignments=["programmer.temperature=0.9"])
    assert run_id(one) == run_id(one, TEACH) == run_id(load_config())
    assert len({run_id(one), run_id(other), run_id(one, SELF_LEARN)}) == 3


def test_what_does_not_shape_the_dialogue_does_not_change_the_run():
    assert run_id(load_config(assignments=["run.workers=3"])) == run_id(load_config())


def test_a_conversation_is_named_by_run_and_seed():
    assert conversation_id("0123456789ab", "seed") == "2fcdf276efbb4b46"
