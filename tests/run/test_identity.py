"""Ids that databases of 0.1.0 hold: a change of any of them would pay for everything again."""

import hashlib

import pytest

from aiev.config.layers import load_config
from aiev.run import identity
from aiev.run.identity import SELF_ALIGN, SELF_LEARN, TEACH, VERIFY, conversation_id, prompts_of, run_id
from aiev_agents.roles.prompting import prompt_hashes


def test_a_run_is_named_by_configuration_and_recipe():
    one, other = load_config(), load_config(assignments=["programmer.temperature=0.9"])
    assert run_id(one) == run_id(one, TEACH) == run_id(load_config())
    assert len({run_id(one), run_id(other), run_id(one, SELF_LEARN)}) == 3


def test_what_does_not_shape_the_dialogue_does_not_change_the_run():
    assert run_id(load_config(assignments=["run.workers=3"])) == run_id(load_config())


def test_a_conversation_is_named_by_run_and_seed():
    assert conversation_id("0123456789ab", "seed") == "2fcdf276efbb4b46"


@pytest.mark.parametrize("recipe", [TEACH, SELF_LEARN, VERIFY])
def test_runs_of_dialogues_keep_their_ids_whatever_other_agents_are_told(recipe):
    config = load_config()
    lines = [config.fingerprint, recipe, *(f"{name}={digest}" for name, digest in prompt_hashes().items())]
    assert run_id(config, recipe) == hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
    assert {name.partition("/")[0] for name in prompts_of(recipe)} == {"questioner", "programmer"}


def test_a_run_of_self_alignment_is_named_by_its_own_prompts_and_the_pool(monkeypatch):
    assert {name.partition("/")[0] for name in prompts_of(SELF_ALIGN)} == {
        "aligner",
        "judge",
        "pool",
        "programmer",
        "questioner",
    }
    before, taught = run_id(load_config(), SELF_ALIGN), run_id(load_config())
    monkeypatch.setattr(identity, "pool_hashes", lambda: {"pool/python": "another"})
    assert run_id(load_config(), SELF_ALIGN) != before
    assert run_id(load_config()) == taught
