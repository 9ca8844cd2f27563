"""Wheels that bring what the sandbox needs itself are refused as packages."""

import functools
import http.server
import threading
import zipfile

import docker
import pytest
from support import backends

from aiev_interpreter import Job, Verdict
from aiev_interpreter.packages import index
from aiev_interpreter.settings import InstallSettings

MARKER = ".aiev.json"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def wheel(folder, name, files):
    """A wheel with these files, in an index of one package."""
    (folder / "simple" / name).mkdir(parents=True)
    info = f"{name}-1.0.dist-info"
    texts = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    texts[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*texts, f"{info}/RECORD"))
    with zipfile.ZipFile(folder / "simple" / name / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, text in texts.items():
            archive.writestr(path, text)


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """The port of an index with good and spoiled packages."""
    folder = tmp_path_factory.mktemp("index")
    wheel(folder, "fine", {"fine.py": "VALUE = 3\n"})
    wheel(folder, "folder", {"folder.py": "", f"{MARKER}/x": "x"})
    wheel(folder, "file", {"file.py": "", MARKER: '{"installed": ["forged-9.dist-info"]}'})
    wheel(folder, "nested", {"nested.py": "VALUE = 4\n", f"nested_data/{MARKER}": "x"})
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("0.0.0.0", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="module", params=backends.PARAMS)
def run(request, port):
    """Execute a program with a package of the index on each backend."""
    backends.require(request.param)
    host = gateway() if request.param == "docker" else "127.0.0.1"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_TRUSTED_HOST", host)
        index._pip_settings.cache_clear()
        install = InstallSettings(index_url=f"http://{host}:{port}/simple")
        with backends.opened(request.param, "wheels", install, ready=0) as interpreter:
            yield lambda program, tests, name: interpreter.execute(Job(program, tests, requirements=(name,)))
    index._pip_settings.cache_clear()


def gateway():
    """The address at which containers reach this machine."""
    client = docker.from_env()
    try:
        return client.networks.get("bridge").attrs["IPAM"]["Config"][0]["Gateway"]
    finally:
        client.close()


@pytest.mark.parametrize("name", ["folder", "file"])
async def test_a_wheel_that_brings_the_marker_of_a_tree_is_refused_as_a_package(run, name):
    result = await run(f"import {name}", "assert True", name)
    assert result.verdict is Verdict.INSTALL_FAILED, result
    assert MARKER in result.stderr


@pytest.mark.parametrize(("name", "value"), [("fine", 3), ("nested", 4)])
async def test_a_wheel_that_has_such_a_name_inside_a_folder_is_installed(run, name, value):
    result = await run(f"import {name}\ndef f():\n    return {name}.VALUE", f"assert f() == {value}", name)
    assert (result.verdict, result.installed) == (Verdict.OK, (f"{name}==1.0",)), result
