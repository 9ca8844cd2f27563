import signal
import socket
import subprocess
import sys

import pytest


def test_it_listens_on_the_loopback_address_only(site):
    port = int(site.base.split(":")[-1])
    with socket.create_connection(("127.0.0.1", port), timeout=10):
        pass
    others = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in others:
        with pytest.raises(OSError, match=r"refused|unreachable"), socket.create_connection((address, port), timeout=5):
            pass


def test_each_start_has_a_token_of_its_own_unless_one_is_given(talks_db, site):
    assert len(site.token) >= 32
    command = [sys.executable, "-c", "from aiev.cli import main; main()", "serve", str(talks_db), "--port", "0"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"AIEV_SERVE_TOKEN": "mine", "PATH": "/bin"},
    )
    line = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert line.strip().endswith("/?token=mine")
    assert (process.returncode, errors) == (0, "")
