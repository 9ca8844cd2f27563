"""A stand-in for `vllm serve`: takes its arguments, speaks its routes, and fails as told. Never used outside tests.

STAND_IN says how: `dies` (an error in the log, at the start), `silent` (never becomes healthy), `engine` (dies as
vLLM does when its engine is killed, at the first chat), `port` (says that the first port is taken). Starts a helper
process in a session of its own, as vLLM's engine could be, and writes its id to the file STAND_IN_HELPER.
"""

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MODE = os.environ.get("STAND_IN", "")
ADAPTERS = []


def say(line):
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def option(name):
    return sys.argv[sys.argv.index(name) + 1]


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, body, kind="application/json"):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def allowed(self):
        return self.headers["Authorization"] == f"Bearer {os.environ['VLLM_API_KEY']}"

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, "")
        elif not self.allowed():
            self.answer(401, {"error": "Unauthorized"})
        else:
            names = [option("--served-model-name"), *ADAPTERS]
            self.answer(200, {"object": "list", "data": [{"id": name} for name in names]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.allowed():
            self.answer(401, {"error": "Unauthorized"})
        elif self.path == "/v1/chat/completions":
            self.chat(body)
        elif os.environ.get("VLLM_ALLOW_RUNTIME_LORA_UPDATING") != "1":
            self.answer(404, {"detail": "Not Found"})
        elif self.path == "/v1/load_lora_adapter":
            ADAPTERS.append(body["lora_name"])
            self.answer(200, "Success", "text/plain")
        elif body["lora_name"] in ADAPTERS:
            ADAPTERS.remove(body["lora_name"])
            self.answer(200, "Success", "text/plain")
        else:
            said = {"message": f"The lora adapter '{body['lora_name']}' cannot be found.", "code": 404}
            self.answer(404, {"error": said})

    def chat(self, body):
        if MODE == "engine":
            say("(APIServer pid=7) WARNING 11-21 10:38:40 [core_client.py:817] engine core exited unexpectedly")
            say("(APIServer pid=7) ERROR 11-21 10:38:40 [async_llm.py:906] EngineDeadError: see the root cause above")
            os._exit(1)
        message = {"role": "assistant", "content": json.dumps({"asked": body["model"], "line": sys.argv[1:]})}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        self.answer(200, {"id": "1", "object": "chat.completion", "created": 1, "model": "x", "choices": [choice]})

    def log_message(self, *_):
        pass


def main():
    helper = subprocess.Popen(["sleep", "600"], start_new_session=True)
    if "STAND_IN_HELPER" in os.environ:
        Path(os.environ["STAND_IN_HELPER"]).write_text(str(helper.pid))
    if MODE == "dies":
        say("(EngineCore pid=9) \x1b[31mERROR\x1b[0m ValueError: the weights are of clay")
        say("RuntimeError: Engine core initialization failed. See root cause above.")
        sys.exit(1)
    if MODE == "silent":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    once = Path(os.environ.get("STAND_IN_ONCE", "/nowhere"))
    if MODE == "port" and not once.exists():
        once.write_text("")
        say("OSError: [Errno 98] Address already in use")
        sys.exit(1)
    ThreadingHTTPServer((option("--host"), int(option("--port"))), Handler).serve_forever()


if __name__ == "__main__":
    main()
