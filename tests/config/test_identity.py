import json
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from aiev.config.identity import fingerprint
from aiev.config.layers import load_config
from aiev.config.settings import Settings


def test_the_fingerprint_follows_what_shapes_a_dialogue_alone():
    base = load_config().fingerprint
    assert load_config([], ["run.workers=9", "run.limit=3", "export.secrets=false"]).fingerprint == base
    assert load_config([], ["dialogue.max_rounds=3"]).fingerprint != base


def test_credentials_in_an_address_are_neither_stored_nor_shown():
    config = load_config([], ['install.index_url="https://user:hunter2@index.example/simple"'])
    assert config.settings.install.index_url == "https://user:hunter2@index.example/simple"
    assert config.public()["install"]["index_url"] == "https://***@index.example/simple"
    assert "hunter2" not in str(config.public())


CASES = json.loads(Path(__file__).with_name("fingerprints_of_0_1_0.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join([*case["files"], *case["set"]])[:40])
def test_the_fingerprint_over_the_defaults_of_0_1_0_is_its_own(case):
    config = load_config(map(Path, ["smollm2", *case["files"]]), case["set"])
    assert config.fingerprint == case["fingerprint"]


@pytest.mark.parametrize("case", [case for case in CASES if case["files"]], ids=lambda case: case["files"][0])
def test_a_shipped_configuration_has_the_fingerprint_that_it_had_in_0_1_0(case):
    config = load_config(map(Path, case["files"]), [*case["set"], "accept.policy=tests"])
    assert config.fingerprint == case["fingerprint"]


def test_a_default_that_changed_counts_as_what_it_was_and_another_value_as_itself():
    base = load_config().fingerprint
    assert load_config([], ["interpreter.base_image=python:3.12-slim-bookworm"]).fingerprint == base
    assert load_config([], ["interpreter.base_image=zz"]).fingerprint != base


class Kept(BaseModel):
    """A section of 0.1.0, with a key that a later version added."""

    rounds: int = 7
    workers: int = Field(4, json_schema_extra={"shapes_dialogue": False})
    evidence: bool = Field(default=False, json_schema_extra={"since": "0.2.0"})


class Old(BaseModel):
    """The section as 0.1.0 knew it."""

    rounds: int = 7


class Added(BaseModel):
    """A section that a later version added."""

    model_config = ConfigDict(json_schema_extra={"since": "0.2.0"})

    mutants: int = 0
    samples: int = 0
    policy: str = Field("new", json_schema_extra={"before": "old"})


class Before(BaseModel):
    """All sections of 0.1.0."""

    dialogue: Old = Old()


class After(BaseModel):
    """All sections of a later version."""

    dialogue: Kept = Kept()
    evidence: Added = Added()


def test_a_key_or_section_of_a_later_version_does_not_count_while_it_has_its_default():
    assert fingerprint(After(evidence=Added(policy="old"))) == fingerprint(Before())


def test_a_new_default_counts_where_earlier_versions_did_something_else():
    assert fingerprint(After()) != fingerprint(Before())


@pytest.mark.parametrize(
    "settings", [After(dialogue=Kept(evidence=True)), After(evidence=Added(mutants=3, policy="old"))]
)
def test_a_key_of_a_later_version_counts_once_it_is_changed(settings):
    assert fingerprint(settings) != fingerprint(Before())


def test_every_metadata_of_a_key_is_one_that_the_fingerprint_reads():
    for section in Settings.model_fields.values():
        model = section.annotation
        extras = [
            model.model_config.get("json_schema_extra"),
            *(f.json_schema_extra for f in model.model_fields.values()),
        ]
        assert all(set(extra or {}) <= {"shapes_dialogue", "since", "before"} for extra in extras), model
