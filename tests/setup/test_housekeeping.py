import pytest

from aiev.errors import SetupError
from aiev.setup.housekeeping import build_sandbox_image, remove_leftovers
from aiev_interpreter.settings import InterpreterSettings


@pytest.fixture
def without_docker(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")


async def test_an_image_without_a_daemon_is_one_setup_error(without_docker):
    with pytest.raises(SetupError, match="Docker"):
        await build_sandbox_image(InterpreterSettings(), [])


async def test_without_a_daemon_what_bubblewrap_left_is_still_removed(without_docker):
    removed = await remove_leftovers(InterpreterSettings(), packages=False, images=True)
    assert set(removed) == {"containers", "staged folders", "package stores", "images"}
    assert (removed["containers"], removed["package stores"], removed["images"]) == (0, 0, 0)
