import pytest
from support import backends

from aiev.config.layers import load_config
from aiev.errors import SetupError
from aiev.setup.interpreter import build_interpreter
from aiev_interpreter import Job, Limits, Verdict


async def test_a_sandbox_that_cannot_be_had_is_one_setup_error(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    settings = load_config([], ["interpreter.backend=docker"]).settings
    with pytest.raises(SetupError, match=r"^no sandbox works here \(docker: .*start the Docker daemon"):
        await build_interpreter(settings, run_id="x")


@pytest.fixture
def bubblewrap():
    backends.require("bubblewrap")


@pytest.mark.bubblewrap
async def test_the_sandbox_that_is_named_runs_under_the_limits_of_the_settings(bubblewrap):
    settings = load_config([], ["interpreter.backend=bubblewrap", "interpreter.wall_seconds=2"]).settings
    interpreter = await build_interpreter(settings, run_id="x")
    limits = Limits.of(settings.interpreter, settings.install)
    try:
        result = await interpreter.execute(Job("while True: pass", "assert True", limits=limits))
    finally:
        await interpreter.close()
    assert (interpreter.name, result.verdict) == ("bubblewrap", Verdict.TIMEOUT)
