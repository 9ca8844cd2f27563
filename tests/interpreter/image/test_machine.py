"""The base that is made from this machine's Python: it can be entered, and holds nothing of the machine's own."""

import subprocess
import tarfile
from pathlib import Path

import pytest

from aiev_interpreter import InterpreterUnavailable
from aiev_interpreter.backends.stage import find_bwrap
from aiev_interpreter.image import machine

TRY = "import ssl, sqlite3, ctypes, decimal, zoneinfo, pip; print(sum(range(4)))"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("machine")
    certificates = folder / "ca.pem"
    certificates.write_text("CA")
    machine.write_machine(folder / "root.tar", certificates)
    with tarfile.open(folder / "root.tar") as archive:
        archive.extractall(folder / "root", filter="tar")
        members = archive.getmembers()
    return folder / "root", members


def test_its_python_runs_in_it_alone(root):
    command = [str(find_bwrap()), "--bind", str(root[0]), "/", "--dev", "/dev", "--unshare-all", "--clearenv"]
    command += ["--setenv", "PATH", "/usr/local/bin:/usr/bin", "sh", "-c", f"python3 -c '{TRY}' | sed s/6/six/"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "Permission denied" in done.stderr or "namespace" in done.stderr:
        pytest.skip(f"bubblewrap is not here: {done.stderr}")
    assert done.stdout == "six\n", done.stderr


def test_all_of_it_is_readable_and_roots_and_nothing_is_the_machines_own(root):
    folder, members = root
    assert all((one.uid, one.gid) == (0, 0) for one in members)
    assert all(one.mode & 0o044 == 0o044 for one in members if one.isfile())
    assert {path.name for path in (folder / "etc").iterdir()} == {"passwd", "group", "nsswitch.conf", "ssl"}
    assert (folder / "etc/ssl/certs/ca-certificates.crt").read_text() == "CA"
    assert not list((folder / "root").iterdir())
    assert not [one.name for one in members if "site-packages" in Path(one.name).parts]


def test_the_libraries_that_wheels_are_linked_to_are_in_it(root):
    held = {Path(one.name).name for one in root[1]}
    assert held >= {"libstdc++.so.6", "libgcc_s.so.1", "libm.so.6", "librt.so.1", "libpthread.so.0", "libdl.so.2"}


def test_a_machine_without_a_shell_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "_TOOL_FOLDERS", str(tmp_path))
    with pytest.raises(InterpreterUnavailable, match="this machine has no sh, sed"):
        machine.write_machine(tmp_path / "root.tar", None)
