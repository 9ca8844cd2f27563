"""A server on the loopback interface that speaks as much of the Hugging Face hub's protocol as a download needs.

Source: https://huggingface.co/docs/huggingface_hub (the headers that `get_hf_file_metadata` reads).
"""

import hashlib
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """Has one file; as a context manager it serves."""

    def __init__(self, path, content):
        self.path = path
        self.content = content
        self.etag = hashlib.sha256(content).hexdigest()
        self.breaks = 0
        """How often a download still breaks off in the middle."""
        self.seen = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        self.thread = Thread(target=self.serve_forever, args=(0.05,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.thread.join()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, *, body):
        hub = self.server
        first = int((re.match(r"bytes=(\d+)-", self.headers.get("Range", "")) or [0, 0])[1])
        hub.seen.append((self.command, self.path, first))
        if self.path != hub.path:
            self.send_error(404)
            return
        self.send_response(206 if first else 200)
        for name, value in {
            "ETag": f'"{hub.etag}"',
            "X-Repo-Commit": COMMIT,
            "Accept-Ranges": "bytes",
            "Content-Length": len(hub.content) - first,
            **({"Content-Range": f"bytes {first}-{len(hub.content) - 1}/{len(hub.content)}"} if first else {}),
        }.items():
            self.send_header(name, str(value))
        self.end_headers()
        if body:
            rest = hub.content[first:]
            self.wfile.write(rest[: len(rest) // 2] if hub.breaks else rest)
            self.close_connection = True
            hub.breaks = max(0, hub.breaks - 1)

    def log_message(self, *_):
        pass
