"""Runs one plan inside the test container, as the supervisor would: a JSON request in, a JSON document out."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

request = json.load(sys.stdin)
TOKEN = "0123456789abcdef"
NOBODY = 65534


def report_lines(report):
    with os.fdopen(report, errors="replace") as pipe:
        return pipe.read().splitlines()


def confine(report_end, token):
    def run():
        os.dup2(report_end, 200)
        os.dup2(token, 201)
        os.dup2(200, 3)
        os.dup2(201, 4)
        os.closerange(5, 210)

    return run


def compile_all(env):
    started = time.monotonic()
    for command in request["compile"]:
        done = subprocess.run(
            command, cwd="/work", env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            return {"code": done.returncode, "stdout": done.stdout, "stderr": done.stderr, "stage": "compile"}, 0.0
    return None, time.monotonic() - started


def run(env):
    report, report_end = os.pipe()
    token, token_end = os.pipe()
    os.write(token_end, f"{TOKEN} {request['mode']}\n".encode())
    os.close(token_end)
    started = time.monotonic()
    process = subprocess.Popen(
        request["run"],
        cwd="/work",
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        close_fds=False,
        preexec_fn=confine(report_end, token),  # noqa: PLW1509 - this process has one thread
    )
    os.close(report_end)
    os.close(token)
    try:
        out, err = process.communicate(timeout=request["seconds"])
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        err += "\nTIMEOUT"
    seconds = time.monotonic() - started
    lines = report_lines(report)
    text = lines[0].removeprefix(TOKEN + " ") if len(lines) == 1 and lines[0].startswith(TOKEN + " ") else ""
    found = json.loads(text) if text else {"assertions": 0, "completed": False, "error": ""}
    return {
        "code": process.returncode,
        "stdout": out,
        "stderr": err,
        "stage": "run",
        "seconds": seconds,
        "lines": lines,
    } | found


def begin():
    """Leave nothing of the run before: no process, no file."""
    if os.getuid() != NOBODY:
        sys.exit("not inside the test container")
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)  # all but this process and the container's first
    for folder in map(Path, ("/work", "/tmp")):
        for entry in folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def main():
    begin()
    for name, text in request["files"].items():
        path = Path("/work") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    env = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": "/work",
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",
        **request["env"],
    }
    failed, compile_seconds = compile_all(env)
    document = failed or run(env) | {"compile_seconds": compile_seconds}
    json.dump(document, sys.stdout)


main()
