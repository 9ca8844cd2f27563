import pytest

from aiev.config.layers import load_config
from aiev.setup.doctor import examine
from aiev_interpreter.backends import open as opening


@pytest.fixture
def sandboxes(monkeypatch):
    def present(*names):
        async def probe(kind, settings=None):
            return opening.Probe(present=kind in names, detail="a probe", advice="start it")

        monkeypatch.setattr(opening, "probe", probe)

    return present


async def needed(*assignments):
    findings = await examine(load_config([], assignments).settings)
    return {finding.part for finding in findings if finding.needed and not finding.present} - {"model"}


@pytest.mark.parametrize(
    ("there", "backend", "missing"),
    [
        (("docker",), "auto", set()),
        (("bubblewrap",), "auto", set()),
        ((), "auto", {"Docker", "bubblewrap"}),
        (("bubblewrap",), "docker", {"Docker"}),
        (("docker",), "bubblewrap", {"bubblewrap"}),
    ],
)
async def test_one_sandbox_is_enough_unless_one_is_named(sandboxes, there, backend, missing):
    sandboxes(*there)
    assert await needed(f"interpreter.backend={backend}") == missing


async def model(*assignments):
    findings = await examine(load_config([], assignments).settings)
    return next(finding for finding in findings if finding.part == "model")


async def test_a_key_that_is_not_set_is_named(sandboxes, monkeypatch):
    sandboxes("docker")
    monkeypatch.delenv("MY_KEY", raising=False)
    found = await model("model.backend=openai", "model.base_url=http://127.0.0.1:9/v1", "model.api_key_env=MY_KEY")
    assert (found.present, found.advice) == (False, "set the environment variable MY_KEY")


async def test_of_several_endpoints_the_one_that_is_missing_is_told(sandboxes):
    sandboxes("docker")
    found = await model(
        "model.backend=openai",
        "model.api_key_env=",
        'model.endpoints=[{base_url="http://127.0.0.1:9/v1", name="deep"}]',
    )
    assert not found.present
    assert found.detail.startswith("deep at http://127.0.0.1:9/v1: ")


@pytest.mark.parametrize(("script", "present"), [("", False), ("replies.json", True)])
async def test_a_scripted_model_needs_its_script(sandboxes, script, present):
    sandboxes("docker")
    assert (await model("model.backend=scripted", f"model.script={script}")).present is present
