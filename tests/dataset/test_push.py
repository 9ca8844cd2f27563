"""The upload, against a server on this machine that speaks the hub's protocol."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from aiev.dataset.push import push
from aiev.errors import AievError, UsageError

TOKEN = "hf_" + "x" * 34


@pytest.fixture(autouse=True)
def _online(monkeypatch):
    """The library reads its environment once, which another test may have had set to offline."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)


class Hub(BaseHTTPRequestHandler):
    """Takes one dataset; keeps what was sent in the server."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.path, self.headers.get("Authorization")))
        if self.server.refuse:
            return self.answer(403, {"error": f"no entry with {TOKEN}"})
        if self.path == "/api/repos/create":
            self.server.created = json.loads(body)
            return self.answer(200, {"url": f"{self.server.address}/datasets/owner/name", "id": "owner/name"})
        if "/preupload/" in self.path:
            files = json.loads(body)["files"]
            kinds = [{"path": file["path"], "uploadMode": "regular", "shouldIgnore": False} for file in files]
            return self.answer(200, {"files": kinds})
        if "/commit/" in self.path:
            for line in body.decode().splitlines():
                entry = json.loads(line)
                if entry["key"] == "file":
                    self.server.files[entry["value"]["path"]] = base64.b64decode(entry["value"]["content"])
            url = f"{self.server.address}/datasets/owner/name/commit/0"
            return self.answer(200, {"commitUrl": url, "commitOid": "0" * 40, "success": True})
        return self.answer(200, {"errors": [], "warnings": []})

    def do_GET(self):
        self.server.seen.append((self.path, self.headers.get("Authorization")))
        self.answer(200, {"id": "o/n", "sha": "0" * 40, "siblings": [], "tags": [], "private": True})

    def answer(self, status, data):
        text = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(monkeypatch):
    constants = pytest.importorskip("huggingface_hub.constants", reason="needs the extra export")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.seen, server.files, server.created, server.refuse = [], {}, {}, False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.address = address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", address)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_everything_that_the_manifest_names_is_uploaded(tmp_path, exported, hub):
    exported("messages", "dpo:parquet") if pytest.importorskip("pyarrow") else None
    (tmp_path / "out/notes.txt").write_text("private")
    push(tmp_path / "out", "owner/name")
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert hub.files.keys() == {*manifest["files"], "manifest.json"}
    assert all(hub.files[name] == (tmp_path / "out" / name).read_bytes() for name in hub.files)
    assert hub.created["visibility"] == "private"
    assert {token for path, token in hub.seen if "/api/datasets/" in path} == {f"Bearer {TOKEN}"}


def test_a_refusal_is_one_line_without_the_token(tmp_path, exported, hub):
    exported()
    hub.refuse = True
    with pytest.raises(AievError, match=r"the hub did not take owner/name: .*the export is in") as caught:
        push(tmp_path / "out", "owner/name")
    assert TOKEN not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_a_token_nothing_is_sent(tmp_path, exported, monkeypatch):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    exported()
    with pytest.raises(UsageError, match="environment variable HF_TOKEN"):
        push(tmp_path / "out", "owner/name")


def test_folders_that_no_hub_reads_are_not_pushed(tmp_path, exported, monkeypatch):
    pytest.importorskip("datasets", reason="needs the extra export")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    exported("hf")
    with pytest.raises(UsageError, match="add --format messages:parquet"):
        push(tmp_path / "out", "owner/name")
