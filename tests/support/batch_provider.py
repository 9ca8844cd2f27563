"""A provider with a batch API in a process of its own, and what a test tells it."""

import json
import subprocess
import sys
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

SERVER = str(Path(__file__).parents[1] / "support" / "batch_server.py")


class Provider:
    """The server process, and what a test tells it."""

    def __init__(self, process):
        self.process = process
        self.address = process.stdout.readline().strip()

    @classmethod
    @contextmanager
    def running(cls):
        """A provider for as long as the block lasts."""
        with subprocess.Popen([sys.executable, SERVER], stdout=subprocess.PIPE, text=True) as process:
            yield cls(process)
            process.kill()

    def plan(self, **plan):
        return self._ask("POST", "/control", json.dumps(plan))

    def counts(self):
        return self._ask("GET", "/counts")

    def _ask(self, method, path, body=None):
        connection = HTTPConnection(self.address.removeprefix("http://"))
        with closing(connection):
            connection.request(method, path, body, {"Content-Type": "application/json"})
            return json.load(connection.getresponse())

    def settings(self):
        return (
            "model.backend=openai",
            "model.name=m",
            "accept.policy=tests",
            f"model.base_url={self.address}/v1",
            "model.api_key_env=",
            "questioner.constraint=off",
            "programmer.constraint=off",
            "batch.poll_seconds=0.1",
        )
