"""The Docker sandbox: each in a container of its own, from our image.

A container has no network, no capabilities, a read-only root, memory work folders, and limits of memory, processes and
CPU; labels say which run and which process own it. Invariants: a container whose owner is gone ends by itself, since
its input closes, and is removed at the next start; an error of the daemon is a `SandboxError`, never a verdict.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import socket
import time
from typing import TYPE_CHECKING, Any

import docker
from docker.errors import DockerException
from docker.types import LogConfig, Mount, Ulimit
from requests.exceptions import RequestException

from aiev_interpreter import outcome
from aiev_interpreter.backends import owners
from aiev_interpreter.backends.pool import Answer, Sizes
from aiev_interpreter.errors import InterpreterUnavailable, SandboxError
from aiev_interpreter.image.build import NAME, ensure_image, tag
from aiev_interpreter.lines import DeadlineError, LineReader, wait_for
from aiev_interpreter.outcome import PACKAGES, WORK, WRITABLE
from aiev_interpreter.packages.index import CA_INSIDE, certificates

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docker.models.containers import Container

    from aiev_interpreter.settings import InstallSettings, InterpreterSettings

NOBODY = 65534
PROBE_SECONDS = 2
CALL_SECONDS = 15
"""How long the daemon may take for one answer; it has fallen silent then."""
BUILD_SECONDS = 3600
DEFAULT_SOCKET = "unix:///var/run/docker.sock"
CONNECTIONS = 48
RUN_LABEL, OWNER_LABEL = "aiev.run", "aiev.owner"
_OVERHEAD_BYTES = 96 * 1024 * 1024
"""Memory of the supervisor and the fork servers, on top of the program's limit."""
_OVERHEAD_PROCESSES = 12
_INODES = 16384
"""Files in a writable folder."""
_FRAME_HEADER = 8
FOREIGN = (DockerException, RequestException, OSError)


async def connect(seconds: float = CALL_SECONDS) -> docker.DockerClient:
    """A client whose daemon has answered, and which waits for `seconds` for each further answer.

    Raises:
        InterpreterUnavailable: no daemon answers.
    """

    def try_it() -> docker.DockerClient:
        _knock(os.environ.get("DOCKER_HOST") or DEFAULT_SOCKET)
        client = docker.from_env(version="auto", timeout=PROBE_SECONDS)
        client.ping()
        client.close()
        return docker.from_env(version="auto", timeout=seconds, max_pool_size=CONNECTIONS)

    try:
        return await asyncio.to_thread(try_it)
    except FOREIGN as error:
        reason = " ".join(str(error).split())[:120]
        raise InterpreterUnavailable(f"the Docker daemon does not answer ({reason})") from None


def _knock(address: str) -> None:
    """Raise OSError when nobody listens at a `unix://` address; the SDK would leave its socket open then."""
    if address.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(PROBE_SECONDS)
            door.connect(address.removeprefix("unix://"))


class DockerBackend:
    """Makes containers.

    Args:
        runtime: the OCI runtime, such as `runsc` (gVisor); empty takes the daemon's own.
    """

    name = "docker"
    python = "python3"
    limits_processes = False
    """A container has a limit of its own; RLIMIT_NPROC would count the user's processes in all of them together."""

    def __init__(self, client: docker.DockerClient, image: str, run_id: str, runtime: str = "") -> None:
        self.image = image
        self._client, self._run_id, self._runtime = client, run_id, runtime
        self._packages = f"aiev-packages-{image.rpartition(':')[2][:12]}"

    @classmethod
    async def connect(
        cls, settings: InterpreterSettings, languages: Iterable[str] = (), *, run_id: str
    ) -> DockerBackend:
        """Reach the daemon, build the image if it is not there, and remove what dead runs have left.

        Args:
            settings: name image, runtime and languages.
            languages: further languages whose tools the image must hold.
            run_id: labels the containers.

        Raises:
            InterpreterUnavailable: no daemon, no image, or no such runtime.
        """
        client, builder = await connect(), await connect(BUILD_SECONDS)
        try:
            image = await asyncio.to_thread(
                ensure_image, builder, settings.base_image, (*settings.languages, *sorted(languages))
            )
            await asyncio.to_thread(reap, client)
            known = (await asyncio.to_thread(client.info)).get("Runtimes") or {}
        except FOREIGN as error:
            raise InterpreterUnavailable(f"the interpreter's image is not to be had: {error}") from None
        finally:
            builder.close()
        if settings.runtime and settings.runtime not in known:
            raise InterpreterUnavailable(
                f"the Docker daemon has no runtime {settings.runtime!r}; it has {', '.join(known)}"
            )
        return cls(client, str(image.id), run_id, settings.runtime)

    def make(self, sizes: Sizes) -> DockerSandbox:
        """A started container without a network.

        Raises:
            SandboxError: the daemon failed.
        """
        mounts = [Mount(PACKAGES, self._packages, type="volume", read_only=True)]
        return self._start(sizes, mounts=mounts, network_mode="none")

    def installer(self, sizes: Sizes, install: InstallSettings) -> DockerSandbox:
        """A started container with a network, which may write to the store of packages.

        Raises:
            SandboxError: the daemon failed.
        """
        mounts = [Mount(PACKAGES, self._packages, type="volume")]
        if bundle := certificates(install):
            mounts.append(Mount(CA_INSIDE, str(bundle.resolve()), type="bind", read_only=True))
        return self._start(sizes, mounts=mounts, network_mode="bridge")

    def pip_command(self) -> list[str]:
        """How pip is started inside."""
        return [self.python, "-B", "-m", "pip"]

    def close(self) -> None:
        """Remove the containers of this process that are left, and close the connection. May be called twice."""
        with contextlib.suppress(*FOREIGN):
            for container in _labelled(self._client, f"{OWNER_LABEL}={owners.this_process()}"):
                if container.labels.get(RUN_LABEL) == self._run_id:
                    _remove(container)
        self._client.close()

    def _start(self, sizes: Sizes, **options: Any) -> DockerSandbox:
        memory = sizes.memory_bytes + len(WRITABLE) * sizes.disk_bytes + _OVERHEAD_BYTES
        tmpfs = f"size={sizes.disk_bytes},nr_inodes={_INODES},uid={NOBODY},gid={NOBODY},mode=700"
        try:
            container = self._client.containers.create(
                self.image,
                outcome.supervisor_command(self.python)[-1:],
                stdin_open=True,
                user=f"{NOBODY}:{NOBODY}",
                read_only=True,
                cap_drop=["ALL"],
                security_opt=["no-new-privileges"],
                environment=outcome.ENVIRONMENT,
                labels={RUN_LABEL: self._run_id, OWNER_LABEL: owners.this_process()},
                log_config=LogConfig(type="none"),
                nano_cpus=1_000_000_000,
                mem_limit=memory,
                memswap_limit=memory,
                pids_limit=sizes.processes + _OVERHEAD_PROCESSES,
                ulimits=[Ulimit(name="core", soft=0, hard=0)],
                tmpfs={WORK: f"{tmpfs},exec", "/tmp": tmpfs, "/dev/shm": tmpfs},  # noqa: S108 - inside the container
                runtime=self._runtime or None,
                **options,
            )
            return DockerSandbox(container)
        except FOREIGN as error:
            raise SandboxError(" ".join(str(error).split())[:300]) from None


class DockerSandbox:
    """A running container whose supervisor is attached."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._attached: Any = None
        self._buffer = b""
        try:
            self._attached = container.attach_socket(params={"stdin": 1, "stdout": 1, "stderr": 0, "stream": 1})
            self._socket: socket.socket = getattr(self._attached, "_sock", self._attached)
            container.start()
        except BaseException:
            self.close()
            raise
        self._socket.settimeout(None)
        self._lines = LineReader(self._receive)

    def ask(self, request: dict[str, Any], seconds: float) -> Answer:
        """See `Sandbox.ask`."""
        deadline = time.monotonic() + seconds
        try:
            self._socket.settimeout(seconds)
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            line = self._lines.line(deadline)
        except (DeadlineError, TimeoutError):
            self._state()
            return Answer(None)
        except OSError as error:
            raise SandboxError(f"the container's stream broke: {error}") from None
        if line:
            return Answer(outcome.parse_document(line))
        return self._without_answer()

    def _without_answer(self) -> Answer:
        """The supervisor is gone: by the memory limit, or by something that no program can do."""
        state = self._state()
        if state.get("OOMKilled"):
            return Answer(None, oom=True)
        raise SandboxError(f"the container ended: {state.get('Error') or 'exit code ' + str(state.get('ExitCode'))}")

    def _state(self) -> dict[str, Any]:
        """What the daemon knows of the container.

        Raises:
            SandboxError: it does not answer, or knows nothing.
        """
        try:
            self._container.reload()
        except FOREIGN as error:
            raise SandboxError(f"the container is gone: {' '.join(str(error).split())[:200]}") from None
        return dict(self._container.attrs["State"])

    def close(self) -> None:
        """Remove the container."""
        with contextlib.suppress(Exception):
            if self._attached is not None:
                self._attached.close()
                self._socket.close()
        _remove(self._container)

    def _receive(self, deadline: float) -> bytes:
        """The payload of the next frame of Docker's multiplexed stream: 8 bytes of header (stream, length) and data."""
        header = self._exactly(_FRAME_HEADER, deadline)
        return self._exactly(int.from_bytes(header[4:], "big"), deadline) if header else b""

    def _exactly(self, size: int, deadline: float) -> bytes:
        """`size` bytes; fewer only at the end of the stream."""
        while len(self._buffer) < size:
            wait_for(self._socket.fileno(), select.POLLIN, deadline)
            part = self._socket.recv(1 << 16)
            if not part:
                return b""
            self._buffer += part
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data


def _labelled(client: docker.DockerClient, label: str) -> list[Container]:
    return list(client.containers.list(all=True, filters={"label": label}, ignore_removed=True))


def _remove(container: Container) -> None:
    with contextlib.suppress(*FOREIGN):
        container.remove(force=True, v=True)


def reap(client: docker.DockerClient) -> int:
    """Remove containers whose owner is dead; returns how many."""
    dead = [one for one in _labelled(client, OWNER_LABEL) if _is_abandoned(one)]
    for container in dead:
        _remove(container)
    return len(dead)


def _is_abandoned(container: Container) -> bool:
    """Whether nobody will use a container again: its owner is dead, or it ended and its owner is out of sight."""
    owner = container.labels.get(OWNER_LABEL, "")
    return owners.is_dead(owner) or (container.status == "exited" and not owners.is_visible(owner))


def remove_packages(client: docker.DockerClient) -> int:
    """Remove stores of packages that no container uses; returns how many."""
    removed = 0
    for volume in client.volumes.list(filters={"name": "aiev-packages-"}):
        with contextlib.suppress(*FOREIGN):
            volume.remove()
            removed += 1
    return removed


def remove_images(client: docker.DockerClient, bases: Iterable[str]) -> int:
    """Remove images that are not of this interpreter on one of these bases, and that no container uses."""
    current = tuple(tag(base) for base in bases)
    removed = 0
    for image in client.images.list(name=NAME):
        if not any(name.startswith(current) for name in image.tags):
            with contextlib.suppress(*FOREIGN):
                client.images.remove(image.id, noprune=False)
                removed += 1
    return removed
