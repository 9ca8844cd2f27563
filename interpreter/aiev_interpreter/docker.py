"""The Docker interpreter: each job in a container of its own, from our image.

A container has no network, no capabilities, a read-only root, a memory work directory, and limits of
memory, processes and CPU; labels say which run owns it. Invariants: a container is removed when its job is
over, whatever happened; an error of the daemon is a `SandboxError`, never a verdict on a program.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import docker
from docker.errors import DockerException
from docker.types import Mount, Ulimit
from requests.exceptions import RequestException

from aiev_interpreter import installing, outcome
from aiev_interpreter.errors import InterpreterUnavailable, SandboxError
from aiev_interpreter.image.build import DEFAULT_BASE, ensure_image
from aiev_interpreter.install import CA_INSIDE, InstallSettings
from aiev_interpreter.outcome import GRACE_SECONDS, PACKAGES, WORK
from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker.models.containers import Container

NOBODY = 65534
PROBE_SECONDS = 2
CALL_SECONDS = 600
DEFAULT_SOCKET = "unix:///var/run/docker.sock"
AT_ONCE = 32
"""Jobs in containers at the same time."""
_OVERHEAD_BYTES = 64 * 1024 * 1024
"""Memory of the supervisor and the interpreter's own start, on top of the program's limit."""
_FRAME_HEADER = 8
_FOREIGN = (DockerException, RequestException, OSError)


async def connect() -> docker.DockerClient:
    """A client whose daemon has answered.

    Raises:
        InterpreterUnavailable: no daemon answers.
    """

    def try_it() -> docker.DockerClient:
        _knock(os.environ.get("DOCKER_HOST") or DEFAULT_SOCKET)
        client = docker.from_env(version="auto", timeout=PROBE_SECONDS)
        client.ping()
        client.close()
        return docker.from_env(version="auto", timeout=CALL_SECONDS, max_pool_size=AT_ONCE)

    try:
        return await asyncio.to_thread(try_it)
    except _FOREIGN as error:
        reason = " ".join(str(error).split())[:120]
        raise InterpreterUnavailable(f"the Docker daemon does not answer ({reason})") from None


def _knock(address: str) -> None:
    """Raise OSError when nobody listens at a `unix://` address; the SDK would leave its socket open then."""
    if address.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(PROBE_SECONDS)
            door.connect(address.removeprefix("unix://"))


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a container ended."""

    document: dict[str, Any] | None
    oom: bool
    """Whether Docker saw its memory limit reached."""
    late: bool
    """Whether the outer deadline ended it."""


class DockerInterpreter:
    """Runs Python jobs in containers."""

    name = "docker"

    def __init__(self, client: docker.DockerClient, image: str, run_id: str, install: InstallSettings | None) -> None:
        self.image = image
        self._client = client
        self._run_id = run_id
        self._install = install or InstallSettings()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="aiev-docker")

    @classmethod
    async def connect(
        cls, *, run_id: str, base_image: str = DEFAULT_BASE, install: InstallSettings | None = None
    ) -> Self:
        """Reach the daemon and build the image if it is not there.

        Raises:
            InterpreterUnavailable: no daemon, or no image.
        """
        client = await connect()
        try:
            image = await asyncio.to_thread(ensure_image, client, base_image)
        except _FOREIGN as error:
            raise InterpreterUnavailable(f"the interpreter's image is not to be had: {error}") from None
        return cls(client, str(image.id), run_id, install)

    async def execute(self, job: Job) -> ExecutionResult:
        """See `Interpreter.execute`."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._execute, job)
        except (SandboxError, *_FOREIGN) as error:
            detail = " ".join(str(error).split())[:300]
            return ExecutionResult(
                verdict=Verdict.INFRA, exit_code=None, detail=detail, backend=self.name, image=self.image
            )

    async def close(self) -> None:
        """Remove containers of this run that are left, and close the connection."""
        await asyncio.to_thread(self._close)
        self._threads.shutdown(wait=False)

    def _close(self) -> None:
        with contextlib.suppress(*_FOREIGN):
            for container in self._client.containers.list(all=True, filters={"label": f"aiev.run={self._run_id}"}):
                if container.labels.get("aiev.pid") == str(os.getpid()):
                    container.remove(force=True)
        self._client.close()

    def _execute(self, job: Job) -> ExecutionResult:
        requirements = installing.wanted_requirements(job)
        if not requirements:
            return self._run(job, [])
        volume = self._client.volumes.create(f"aiev-{uuid.uuid4().hex[:12]}", labels=self._labels())
        try:
            return self._install_and_run(job, requirements, volume.name)
        finally:
            volume.remove(force=True)

    def _run(self, job: Job, mounts: list[Mount]) -> ExecutionResult:
        request = outcome.run_request(job, python="python3", limit_processes=False)
        options = {"network_mode": "none", "mounts": mounts, **_sizes(job.limits)}
        ended = self._contain(request, job.limits.wall_seconds, options)
        return outcome.result_of(ended.document, backend=self.name, image=self.image, oom=ended.oom, late=ended.late)

    def _install_and_run(self, job: Job, requirements: tuple[str, ...], volume: str) -> ExecutionResult:
        command = ["python3", "-B", "-m", "pip", *installing.pip_arguments(requirements)]
        request = installing.install_request(command, job.limits, self._install.environment())
        mounts = [Mount(PACKAGES, volume, type="volume")]
        if certificates := self._install.certificates():
            mounts.append(Mount(CA_INSIDE, str(certificates.resolve()), type="bind", read_only=True))
        limits = installing.install_limits(job.limits)
        options = {"network_mode": "bridge", "mounts": mounts, **_sizes(limits)}
        document = self._contain(request, limits.wall_seconds, options).document
        failed = installing.refusal(document, self._install, backend=self.name, image=self.image)
        if failed:
            return failed
        result = self._run(job, [Mount(PACKAGES, volume, type="volume", read_only=True)])
        return installing.with_installed(result, document, self._install)

    def _contain(self, request: bytes, seconds: float, options: dict[str, Any]) -> _Ended:
        """Run the supervisor in a container of its own, as process 1, which no signal from inside can end."""
        container = self._client.containers.create(
            self.image,
            stdin_open=True,
            user=f"{NOBODY}:{NOBODY}",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            labels=self._labels(),
            nano_cpus=1_000_000_000,
            ulimits=[Ulimit(name="core", soft=0, hard=0)],
            **options,
        )
        try:
            text = _converse(container, request, time.monotonic() + seconds + GRACE_SECONDS)
            container.reload()
            state = container.attrs["State"]
            document = outcome.parse_document(text or b"")
            if document is None and text is not None and state.get("Error"):
                raise SandboxError(f"the container could not run: {state['Error']}")
            return _Ended(document, oom=bool(state.get("OOMKilled")), late=text is None)
        finally:
            container.remove(force=True)

    def _labels(self) -> dict[str, str]:
        return {"aiev.run": self._run_id, "aiev.pid": str(os.getpid())}


def _sizes(limits: Limits) -> dict[str, Any]:
    """Limits in Docker's words. Memory file systems count as memory, so their size is added."""
    memory = limits.memory_bytes + limits.disk_bytes + _OVERHEAD_BYTES
    tmpfs = f"size={limits.disk_bytes},uid={NOBODY},gid={NOBODY},mode=700"
    return {
        "mem_limit": memory,
        "memswap_limit": memory,
        "pids_limit": limits.processes + 4,
        "tmpfs": {WORK: tmpfs, "/tmp": tmpfs},  # noqa: S108 - inside the container
    }


def _converse(container: Container, request: bytes, deadline: float) -> bytes | None:
    """Start a container, give it `request` on its input, and return its output; None when too late."""
    attached = container.attach_socket(params={"stdin": 1, "stdout": 1, "stderr": 0, "stream": 1})
    connection: socket.socket = getattr(attached, "_sock", attached)
    try:
        container.start()
        connection.settimeout(max(1.0, deadline - time.monotonic()))
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(_frames(connection, deadline))
    except TimeoutError:
        return None
    finally:
        attached.close()
        connection.close()


def _frames(connection: socket.socket, deadline: float) -> Iterator[bytes]:
    """Payloads of Docker's multiplexed stream: each after 8 bytes of header (stream, length)."""
    while header := _exactly(connection, _FRAME_HEADER, deadline):
        yield _exactly(connection, int.from_bytes(header[4:], "big"), deadline)


def _exactly(connection: socket.socket, size: int, deadline: float) -> bytes:
    """`size` bytes, fewer only at the end of the stream; TimeoutError after the deadline."""
    data = bytearray()
    while len(data) < size:
        connection.settimeout(max(0.01, deadline - time.monotonic()))
        part = connection.recv(size - len(data))
        if not part:
            break
        data += part
    return bytes(data)
