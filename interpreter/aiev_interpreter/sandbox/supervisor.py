"""Process 1 of a sandbox: runs one job after another under its limits and removes everything that a job leaves.

It reads one JSON request per line from standard input and writes one JSON document per line to standard output, which
no process that it starts can access. It ends when its input closes, when it has been idle for too long, or when its
time to live is over. It needs only the standard library of Python 3.9 or later. Invariants: it is process 1, so no
signal from inside ends it, and it cannot be traced or read; when it writes a document, the job's processes and files
are gone, or the document says that the sandbox is not clean. Not covered: access to files, network and other users,
which the sandbox prevents.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import os
import selectors
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from aiev_interpreter.sandbox import folders, npm, processes
from aiev_interpreter.sandbox.cells import ROW, Cells
from aiev_interpreter.sandbox.forkserver import PR_SET_DUMPABLE, ForkServer, stand_ready
from aiev_interpreter.sandbox.planned import PlannedCells
from aiev_interpreter.sandbox.twin import PASSES, TWIN_FACTOR
from aiev_interpreter.sandbox.watch import REPORT_DESCRIPTOR, TOKEN_DESCRIPTOR, Watch

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGES = "/packages"
MARKER = ".aiev.json"
SERVERS = 3
"""Fork servers that are kept, each with other imported modules."""
EMPTY_SECONDS = 2.0
"""After this long it is quicker to start another sandbox than to go on emptying a folder."""
_IPC_TABLES = ("/proc/sysvipc/shm", "/proc/sysvipc/sem", "/proc/sysvipc/msg")
_NOTES_BYTES = 1 << 14
_CANARY_FACTOR, _CANARY_SECONDS, _TWIN_SECONDS = 2.0, 1.0, 3.0


class Supervisor:
    """Serves the jobs of one sandbox.

    Args:
        writable: folders that are emptied after each job.
    """

    def __init__(self, writable: list[str]) -> None:
        self.writable = writable
        self.runner = stand_ready()
        self.servers: dict[tuple[str, ...], ForkServer] = {}

    def warm(self, request: dict[str, Any]) -> dict[str, Any]:
        """Start the fork servers that later requests will need, except those whose packages are missing."""
        for tree, *preload in request["warm"]:
            if not tree or os.path.exists(os.path.join(PACKAGES, tree, MARKER)):
                self.server(tree, *preload)
        return {"warm": True}

    def serve(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one request and clean up."""
        if "warm" in request:
            return self.warm(request)
        tree = request["tree"]
        if tree and not request["installs"] and not os.path.exists(os.path.join(PACKAGES, tree, MARKER)):
            return {"missing": True}
        if request["probes"]:
            return self.probe(request)
        carry_out = self.install if request["installs"] else self.matrix if request["matrix"] else self.run
        document = carry_out(request)
        document["clean"] = self.clean()
        return document

    def run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Compile if the language needs it, then run. A run with assertions that passed is repeated, changed."""
        document = self.once(request)
        judged = {"canary": "", "empty": []} | (self.twins(request, document) if assertions_of(document) else {})
        marker = read_marker(request["tree"]) if document["stage"] == "run" else {}
        return document | judged | {"installed": marker.get("installed", [])}

    def once(self, request: dict[str, Any]) -> dict[str, Any]:
        """Compile if the language needs it, then run; the document tells the stage at which it ended."""
        self.lay_out(request)
        for command in request["compile"]:
            document = self.watch(request, request["compile_limits"], "count").run_command(command)
            if document["exit_code"] or document["ended_by"]:
                return document | {"stage": "compile"}
        if request["compile"]:
            request["files"] = files_of(request["folder"])
        return self.execute(request, request["limits"], "count") | {"stage": "run"}

    def matrix(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run programs and suites against each other."""
        started = time.monotonic()

        def execute(files: dict[str, str], limits: dict[str, Any]) -> dict[str, Any]:
            return self.anew(request | {"files": files}, limits, ROW)

        def execute_plan(plan: dict[str, Any], seconds: float, cpu_seconds: float) -> dict[str, Any]:
            return self.planned(request, plan, seconds, cpu_seconds)

        matrix = request["matrix"]
        if matrix["plans"]:
            document = PlannedCells(matrix, execute_plan).document()
        else:
            document = Cells(matrix, request["limits"], execute).document()
        return {"matrix": document, "wall_seconds": time.monotonic() - started}

    def planned(
        self, request: dict[str, Any], plan: dict[str, Any], seconds: float, cpu_seconds: float
    ) -> dict[str, Any]:
        """Compile and run one plan of a matrix in empty folders, each command within so many seconds."""
        self.empty_folders()
        limits = {
            name: request[name] | {"wall_seconds": min(seconds, request[name]["wall_seconds"])}
            for name in ("limits", "compile_limits")
        }
        limits["limits"]["cpu_seconds"] = min(cpu_seconds, limits["limits"]["cpu_seconds"])
        document = self.once(request | plan | limits | {"env": request["env"] | plan["env"]})
        return document | {"passed": assertions_of(document) is not None}

    def probe(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run a command that tells whether a language's tools are installed."""
        try:
            document = self.watch(request, request["limits"], "count").run_command(request["command"])
        except OSError:
            document = {"exit_code": 127, "stderr": ""}
        return {"missing": document["exit_code"] != 0, "words": document["stderr"]}

    def twins(self, request: dict[str, Any], counted: dict[str, Any]) -> dict[str, Any]:
        """Repeat a run that passed, changed so that it must fail, and return what passed all the same.

        Returns:
            `canary`: `completed` if the tests pass even when every assertion fails, else `failed`. In Python, an
            assertion that failed fails the run, so this need not be tried.
            `empty`: line, source and reason of each assertion that holds whatever the program does.
        """
        seconds = counted["wall_seconds"]
        until = time.monotonic() + TWIN_FACTOR * request["limits"]["wall_seconds"]
        passes = {} if request["command"] else self.twin_of_python(request, seconds)
        if passes is None:
            return {"canary": "crashed", "empty": []}
        notes = str(json.loads(counted["report"]).get("notes", ""))[:_NOTES_BYTES]

        def report_of(mode: str) -> dict[str, Any] | None:
            if mode not in passes:
                noted = mode if mode == "sabotage" else f"{mode} {notes}"
                passes[mode] = self.again(request, seconds, until, noted) if request["command"] else None
            report = passes[mode]
            return report if report and report["completed"] else None

        if request["command"] and report_of("sabotage") is not None:
            return {"canary": "completed", "empty": []}
        return {"canary": "failed", "empty": empty_sites(request["mutants"], counted, report_of)}

    def again(self, request: dict[str, Any], seconds: float, until: float, mode: str) -> dict[str, Any] | None:
        """The report of another run of the job in another mode; None if it did not pass, or time was up before it."""
        wall = min(_CANARY_FACTOR * seconds + _CANARY_SECONDS, request["limits"]["wall_seconds"])
        wall = min(wall, until - time.monotonic())
        if wall <= 0:
            return None
        document = self.anew(request, request["limits"] | {"wall_seconds": wall}, mode)
        return json.loads(document["report"]) if assertions_of(document) is not None else None

    def twin_of_python(self, request: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        """One more fork, which repeats the tests in forks of its own (`twin.py`); None if it crashed."""
        each = min(request["limits"]["wall_seconds"], _CANARY_FACTOR * seconds + _TWIN_SECONDS)
        most = request["limits"]["wall_seconds"]
        limits = {
            "wall_seconds": min(PASSES * each, TWIN_FACTOR * most),
            "cpu_seconds": PASSES * request["limits"]["cpu_seconds"],
        }
        document = self.anew(request, request["limits"] | limits, f"twin {each:.3f}")
        if document["ended_by"] and document["ended_by"] != "server":
            return {}
        try:
            return dict(json.loads(document["report"])["passes"])
        except (ValueError, KeyError, TypeError):
            return None

    def anew(self, request: dict[str, Any], limits: dict[str, Any], mode: str) -> dict[str, Any]:
        """Run program and tests once more, in empty folders."""
        self.empty_folders()
        self.lay_out(request)
        return self.execute(request, limits, mode)

    def execute(self, request: dict[str, Any], limits: dict[str, Any], mode: str) -> dict[str, Any]:
        """Run program and tests once: in a fork for Python, else by the language's command."""
        if request["command"]:
            return self.watch(request, limits, mode).run_command(request["command"])
        for _ in range(2):
            server = self.server(*key_of(request))  # before the watch, whose token the server must not know
            document = self.watch(request, limits, mode).run_fork(server)
            if document is None or document["ended_by"]:
                self.drop_servers()
            if document is not None:
                return document
        raise RuntimeError("the fork server does not start")

    def install(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run the installer into a new tree of packages, and move the tree into place once it is complete."""
        fresh = os.path.join(PACKAGES, f".{os.urandom(6).hex()}")
        os.mkdir(fresh)
        request["command"] = [fresh if part == "{tree}" else part for part in request["command"]]
        request["watched"] = fresh
        document = self.watch(request, request["limits"], "count").run_command(request["command"])
        try:
            if not document["exit_code"] and not document["ended_by"]:
                document |= self.put_in_place(fresh, request["tree"])
        finally:
            folders.remove(fresh)
        return document | {"stage": "install", "canary": "", "empty": []}

    def put_in_place(self, fresh: str, tree: str) -> dict[str, Any]:
        """Mark a complete tree and give it its name; returns what a package that spoils this changes in the answer."""
        names = os.listdir(fresh)
        if MARKER in names:
            return {"exit_code": 1, "stderr": f"ERROR: a package brings {MARKER}, a name that the sandbox needs itself"}
        installed = sorted(name for name in names if name.endswith(".dist-info"))
        with contextlib.suppress(OSError, ValueError, RecursionError), open(npm.INSTALLED) as file:
            installed = json.load(file)
        with open(os.path.join(fresh, MARKER), "w") as marker:
            json.dump({"installed": installed}, marker)
        with contextlib.suppress(OSError):  # another run has installed it
            os.rename(fresh, os.path.join(PACKAGES, tree))
        return {}

    def lay_out(self, request: dict[str, Any]) -> None:
        """Write the job's files: texts of the host, or what the compiler has left."""
        for name, content in request["files"].items():
            path = os.path.join(request["folder"], name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            data, permissions = content if isinstance(content, tuple) else (content.encode(errors="replace"), 0o644)
            with open(path, "wb") as file:
                file.write(data)
            os.chmod(path, permissions)

    def watch(self, request: dict[str, Any], limits: dict[str, Any], mode: str) -> Watch:
        """A watch that spares the fork servers."""
        return Watch(request, limits, mode, {server.pid for server in self.servers.values()})

    def server(self, tree: str, *preload: str) -> ForkServer:
        """The fork server with these packages and modules, started if it is not running."""
        key = (tree, *preload)
        server = self.servers.pop(key, None)
        if server is not None and not server.is_alive():
            server.close()
            server = None
        if server is None:
            while len(self.servers) >= SERVERS:
                self.servers.pop(next(iter(self.servers))).close()
            server = ForkServer(self.runner, os.path.join(PACKAGES, tree) if tree else "", list(preload))
        self.servers[key] = server
        return server

    def drop_servers(self) -> None:
        """End every fork server: a program that had to be killed may have stopped one."""
        while self.servers:
            self.servers.popitem()[1].close()

    def clean(self) -> bool:
        """Remove the job's processes and files; returns whether nothing is left."""
        spared = {server.pid for server in self.servers.values()}
        alone = processes.kill_others(spared)
        processes.reap_orphans(spared)
        emptied = self.empty_folders(EMPTY_SECONDS)
        return alone and emptied and not any(lines_of(table) > 1 for table in _IPC_TABLES)

    def empty_folders(self, seconds: float = math.inf) -> bool:
        """Empty the writable folders, each in `seconds` at most; returns whether nothing is left in them."""
        return not [folder for folder in self.writable if not folders.empty(folder, seconds)]


def assertions_of(document: dict[str, Any]) -> int | None:
    """Number of assertions that held in a run that passed; None for any other run."""
    if document["ended_by"] or document["exit_code"] or not document["report"]:
        return None
    try:
        report = json.loads(document["report"])
        return int(report["assertions"]) if report["completed"] is True else None
    except (ValueError, TypeError, KeyError):
        return None


def files_of(folder: str) -> dict[str, tuple[bytes, int]]:
    """Content and permissions of each file in a folder, by relative path."""
    found = {}
    for root, _, names in os.walk(folder):
        for path in (os.path.join(root, name) for name in names):
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, folder)] = (file.read(), os.stat(path).st_mode & 0o777)
    return found


def empty_sites(
    mutants: dict[str, list[str]], counted: dict[str, Any], report_of: Callable[[str], dict[str, Any] | None]
) -> list[list[Any]]:
    """Line, source and reason of the assertions that held at least as often in all modes of a reason."""
    sites = [tuple(site) for site in json.loads(counted["report"]).get("sites", [])]
    empty: list[list[Any]] = []
    for reason, modes in mutants.items():
        kept = sites
        for mode in modes:
            held = held_sites(report_of(mode)) if kept else {}
            kept = [site for site in kept if held.get(site[0], 0) >= site[2]]
        empty += [[line, source, reason] for line, source, _ in kept]
        sites = [site for site in sites if site not in kept]
    return empty


def held_sites(report: dict[str, Any] | None) -> dict[int, int]:
    """How often the assertion in each line held in a run that passed."""
    return {line: held for line, _, held in report.get("sites", [])} if report else {}


def key_of(request: dict[str, Any]) -> tuple[str, ...]:
    """The tree and the modules that a fork server must have imported for a request."""
    return request["tree"], *request["preload"]


def read_marker(tree: str) -> dict[str, Any]:
    """The marker file of a tree of packages; empty without a tree."""
    if not tree:
        return {}
    with open(os.path.join(PACKAGES, tree, MARKER)) as marker:
        return dict(json.load(marker))


def lines_of(path: str) -> int:
    """Lines of a file; 0 when it cannot be read."""
    try:
        with open(path) as file:
            return sum(1 for _ in file)
    except OSError:
        return 0


def next_line(idle_seconds: float) -> bytes:
    """The next request; empty at the end of the input, or after `idle_seconds` without one."""
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin.buffer, selectors.EVENT_READ)
        if not selector.select(max(0.0, idle_seconds)):
            return b""
    return sys.stdin.buffer.readline()


def main() -> None:
    """Serve requests until the end. Runs only as process 1, since it kills every other process that it sees.

    The argument is one JSON object: `writable`, `ttl_seconds`, `idle_seconds`.
    """
    if os.getpid() != 1:
        sys.exit("supervisor: not process 1 of a sandbox")
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # process 1 ignores signals from inside that have no handler
    options = json.loads(sys.argv[1])
    last = time.monotonic() + options["ttl_seconds"]
    null = os.open(os.devnull, os.O_RDWR)
    for reserved in (REPORT_DESCRIPTOR, TOKEN_DESCRIPTOR):
        if null != reserved:
            os.dup2(null, reserved, inheritable=False)
    supervisor = Supervisor(options["writable"])
    while line := next_line(min(options["idle_seconds"], last - time.monotonic())):
        document = supervisor.serve(json.loads(line))
        sys.stdout.write(json.dumps(document) + "\n")
        sys.stdout.flush()
