"""Runs plans of languages in a container that has their tools, one after another; says by name what is missing."""

import asyncio
import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from support import backends

import aiev_interpreter
from aiev_interpreter import InterpreterUnavailable, Job, Limits
from aiev_interpreter.backends import docker
from aiev_interpreter.image.build import ALL, ensure_image
from aiev_interpreter.languages import language_named

SANDBOX = Path(aiev_interpreter.__file__).parent / "sandbox"
INSIDE = (Path(__file__).parent / "inside.py").read_text()
CONTAINER = ["docker", "run", "--rm", "-d", "--network", "none", "--user", "65534:65534", "--read-only"]
PLACES = ["--tmpfs", "/work:exec,uid=65534,size=256m", "--tmpfs", "/tmp:exec,uid=65534,size=256m", "-w", "/work"]


@pytest.fixture(scope="session")
def image():
    """The interpreter's image with every language's tools, built unless it is there."""
    backends.require("docker")
    client = asyncio.run(docker.connect())
    try:
        found = ensure_image(client, languages=[ALL]).id
    except InterpreterUnavailable as error:
        backends.refuse("docker", str(error))
    yield found
    client.close()


@pytest.fixture(scope="session")
def container(image):
    """A container for all plans: `inside.py` begins with an empty one each time."""
    mount = ["-v", f"{SANDBOX}:/aiev/aiev_interpreter/sandbox:ro"]
    command = [*CONTAINER, *PLACES, *mount, "--entrypoint", "sleep", image, "3600"]
    started = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    yield started
    subprocess.run(["docker", "rm", "-f", started], capture_output=True, check=True)


@pytest.fixture
def run(container):
    """Run a program with its tests in a language: exit code, streams, assertions, completed."""

    def execute(language, program, tests, *, mode="count", seconds=8):
        plan = language_named(language).plan(program, tests)
        request = {"files": dict(plan.files), "compile": plan.compile, "run": plan.run, "env": dict(plan.env)}
        command = ["docker", "exec", "-i", container, "python3", "-c", INSIDE]
        text = json.dumps(request | {"mode": mode, "seconds": seconds})
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        empty = {"assertions": 0, "completed": False, "seconds": 0.0, "compile_seconds": 0.0}
        return SimpleNamespace(**empty | json.loads(done.stdout))

    return execute


@pytest.fixture(scope="session")
def interpreter():
    """The interpreter with every language's tools."""
    with backends.opened("docker", run_id="languages", languages=(ALL,)) as interpreter:
        yield interpreter


@pytest.fixture
def judged(interpreter):
    """The result of a program with its tests, sabotage and mutants included."""

    def execute(language, program, tests):
        limits = Limits(wall_seconds=20.0, cpu_seconds=20.0)
        return asyncio.run(interpreter.execute(Job(program, tests, language=language, limits=limits)))

    return execute
