"""What a program finds around itself is the same on each backend, in each run and in each language."""

import pytest

from aiev_interpreter import Job, Verdict

HTTP = """import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import urlopen

class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *args):
        pass

def ask(bound, asked):
    server = HTTPServer((bound, 0), Hello)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with urlopen(f"http://{asked}:{server.server_port}/a", timeout=2) as answer:
            return answer.read()
    finally:
        server.shutdown()
        server.server_close()
"""
ASYNCIO = """import asyncio

async def echo(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()

async def talk(bound, asked):
    server = await asyncio.start_server(echo, bound, 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(asked, port)
        writer.write(b"hello\\n")
        answer = await reader.readline()
        writer.close()
        return answer

def call(bound, asked):
    return asyncio.run(talk(bound, asked))
"""
IDENTITY = """import getpass, grp, os, pwd, socket
from pathlib import Path

def who():
    return [getpass.getuser(), pwd.getpwuid(os.getuid()).pw_name, pwd.getpwnam("nobody").pw_uid, grp.getgrgid(65534)[0]]

def where():
    return [os.path.expanduser("~"), os.path.expanduser("~nobody"), str(Path.home()), pwd.getpwuid(os.getuid()).pw_dir]

def called():
    return [socket.gethostname(), socket.gethostbyname(socket.gethostname()), socket.gethostbyname("localhost")]
"""
FIXED = """import locale, os, subprocess, sys, time

def around():
    zone = [time.tzname[0], time.strftime("%Z %H", time.localtime(0))]
    return [*zone, locale.getpreferredencoding(), os.environ["LC_ALL"]]

def hashes():
    command = [sys.executable, "-c", "print(hash('aiev'))"]
    return [hash("aiev"), int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)]
"""
PLACES = ["localhost", "127.0.0.1"]


@pytest.mark.parametrize("bound", PLACES)
@pytest.mark.parametrize("asked", PLACES)
async def test_a_server_on_loopback_answers(run, bound, asked):
    for program, tests in (
        (HTTP, f"assert ask({bound!r}, {asked!r}) == b'/a'"),
        (ASYNCIO, f"assert call({bound!r}, {asked!r}) == b'hello\\n'"),
    ):
        result = await run(program, tests)
        assert result.verdict is Verdict.OK, result.stderr


async def test_a_program_learns_who_and_where_it_is(run):
    tests = (
        "assert who() == ['nobody', 'nobody', 65534, 'nogroup']\nassert where() == ['/work'] * 4\n"
        "assert called() == ['sandbox', '127.0.0.1', '127.0.0.1']\n"
    )
    result = await run(IDENTITY, tests)
    assert result.verdict is Verdict.OK, result.stderr


async def test_no_other_name_is_resolved(run):
    result = await run("import socket\nsocket.getaddrinfo('example.com', 80)", "assert True")
    assert result.verdict is Verdict.ERROR
    assert "gaierror" in result.stderr


async def test_time_zone_locale_and_hash_seed_are_fixed(run):
    tests = "assert around() == ['UTC', 'UTC 00', 'UTF-8', 'C.UTF-8'], around()\nassert hashes()[0] == hashes()[1]\n"
    result = await run(FIXED, tests)
    assert result.verdict is Verdict.OK, result.stderr


async def test_sets_of_texts_have_one_order_in_every_run_and_sandbox(interpreter, limits):
    job = Job("def f():\n    return hash('aiev')\nprint(f(), {'a', 'b', 'c', 'd', 'e'})", "assert f()", limits=limits)
    printed = {(await interpreter.execute(job, owner=owner)).stdout for owner in ("one", "one", "two", "")}
    assert len(printed) == 1


async def test_other_languages_have_the_same_surroundings(run):
    program = 'around() { echo "$USER $HOME $TZ $LC_ALL $(date +%Z) $(id -un) $(hostname)"; }'
    tests = '[ "$(around)" = "nobody /work UTC C.UTF-8 UTC nobody sandbox" ]'
    result = await run(program, tests, language="bash")
    assert result.verdict is Verdict.OK, result


async def test_a_program_cannot_plant_a_module_for_the_process_that_judges_it(interpreter, limits):
    plant = (
        "for name in ('ast', 'math', 'shutil', 'random', 'json'):\n    open(f'/work/{name}.py', 'w').write('1 / 0')\n"
    )
    look = "import math, shutil, random, json\ndef f():\n    return math.floor(1.5)"
    await interpreter.execute(Job(plant, "assert True", limits=limits), owner="planter")
    result = await interpreter.execute(Job(plant + look, "assert f() == 1", limits=limits), owner="planter")
    assert result.verdict is Verdict.OK, result.stderr
