"""The Docker backend: each sandbox is a container of its own, started from our image.

A container has no network, no capabilities, a read-only root, work folders in memory, and limits on memory, processes
and CPU. Labels name its run and the process that owns it. Invariants: a container whose owner has died ends by itself,
since its input closes, and is removed at the next start; an error of the daemon is a `SandboxError`, never a verdict.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from typing import TYPE_CHECKING, Any

import docker
from docker.types import LogConfig, Mount, Ulimit

from aiev_interpreter.backends import owners
from aiev_interpreter.backends.container import DockerSandbox, remove
from aiev_interpreter.backends.request import ENVIRONMENT, HOSTNAME, PACKAGES, WORK, WRITABLE, supervisor_command
from aiev_interpreter.errors import InterpreterUnavailable, SandboxError
from aiev_interpreter.image.base import FOREIGN, candidates
from aiev_interpreter.image.build import NAME, ensure_image, tag
from aiev_interpreter.packages.index import CA_INSIDE, certificates

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docker.models.containers import Container

    from aiev_interpreter.backends.pool import Sizes
    from aiev_interpreter.settings import InstallSettings, InterpreterSettings

NOBODY = 65534
PROBE_SECONDS = 2
CALL_SECONDS = 15
"""Time that the daemon gets for one answer."""
BUILD_SECONDS = 3600
DEFAULT_SOCKET = "unix:///var/run/docker.sock"
CONNECTIONS = 48
RUN_LABEL, OWNER_LABEL = "aiev.run", "aiev.owner"
_OVERHEAD_BYTES = 96 * 1024 * 1024
"""Memory of the supervisor and the fork servers, on top of the program's limit."""
_OVERHEAD_PROCESSES = 12
_LOOPBACK_6 = {"net.ipv6.conf.all.disable_ipv6": "0", "net.ipv6.conf.lo.disable_ipv6": "0"}
"""Docker calls `::1` localhost, also where it is switched off, and a server on localhost would fail."""
_INODES = 16384
"""Files in a writable folder."""


async def connect(seconds: float = CALL_SECONDS) -> docker.DockerClient:
    """A client whose daemon has answered; it waits up to `seconds` for each further answer.

    Raises:
        InterpreterUnavailable: no daemon answers.
    """

    def attempt() -> docker.DockerClient:
        _knock(os.environ.get("DOCKER_HOST") or DEFAULT_SOCKET)
        client = docker.from_env(version="auto", timeout=PROBE_SECONDS)
        client.ping()
        client.close()
        return docker.from_env(version="auto", timeout=seconds, max_pool_size=CONNECTIONS)

    try:
        return await asyncio.to_thread(attempt)
    except FOREIGN as error:
        reason = " ".join(str(error).split())[:120]
        raise InterpreterUnavailable(f"the Docker daemon does not answer ({reason})") from None


def _knock(address: str) -> None:
    """Raise OSError when nothing listens at a `unix://` address, in which case the SDK would leak its socket."""
    if address.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(PROBE_SECONDS)
            door.connect(address.removeprefix("unix://"))


class DockerBackend:
    """Starts containers.

    Args:
        runtime: the OCI runtime, such as `runsc` (gVisor); empty takes the daemon's own.
    """

    name = "docker"
    python = "python3"
    limits_processes = False
    """The container limits them. RLIMIT_NPROC would count the user's processes in all containers together."""

    def __init__(self, client: docker.DockerClient, image: str, run_id: str, runtime: str = "") -> None:
        self.image = image
        self._client, self._run_id, self._runtime = client, run_id, runtime
        self._sysctls = _LOOPBACK_6
        self._packages = f"aiev-packages-{image.rpartition(':')[2][:12]}"

    @classmethod
    async def connect(
        cls, settings: InterpreterSettings, languages: Iterable[str] = (), *, run_id: str
    ) -> DockerBackend:
        """Reach the daemon, build the image if it is missing, and remove the containers of dead runs.

        Args:
            settings: image, runtime and languages.
            languages: further languages whose tools the image must hold.
            run_id: labels the containers.

        Raises:
            InterpreterUnavailable: the daemon, the image or the runtime is missing.
        """
        client, builder = await connect(), await connect(BUILD_SECONDS)
        try:
            image = await asyncio.to_thread(
                ensure_image, builder, settings.base_image, (*settings.languages, *sorted(languages))
            )
            await asyncio.to_thread(reap, client)
            known = (await asyncio.to_thread(client.info)).get("Runtimes") or {}
        except FOREIGN as error:
            raise InterpreterUnavailable(f"the interpreter's image is not available: {error}") from None
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
        options = {"mounts": mounts, "network_mode": "none", "extra_hosts": {HOSTNAME: "127.0.0.1"}}
        try:
            return self._start(sizes, sysctls=self._sysctls, **options)
        except SandboxError as error:
            if "sysctl" not in str(error):
                raise
            self._sysctls = {}  # a kernel without IPv6
            return self._start(sizes, **options)

    def installer(self, sizes: Sizes, install: InstallSettings) -> DockerSandbox:
        """A started container with a network and write access to the store of packages.

        Raises:
            SandboxError: the daemon failed.
        """
        mounts = [Mount(PACKAGES, self._packages, type="volume")]
        if bundle := certificates(install):
            mounts.append(Mount(CA_INSIDE, str(bundle.resolve()), type="bind", read_only=True))
        return self._start(sizes, mounts=mounts, network_mode="bridge")

    def pip_command(self) -> list[str]:
        """The command that starts pip inside the container."""
        return [self.python, "-B", "-m", "pip"]

    def close(self) -> None:
        """Remove this process's remaining containers and close the connection. May be called twice."""
        with contextlib.suppress(*FOREIGN):
            for container in _labelled(self._client, f"{OWNER_LABEL}={owners.this_process()}"):
                if container.labels.get(RUN_LABEL) == self._run_id:
                    remove(container)
        self._client.close()

    def _start(self, sizes: Sizes, **options: Any) -> DockerSandbox:
        memory = sizes.memory_bytes + len(WRITABLE) * sizes.disk_bytes + _OVERHEAD_BYTES
        tmpfs = f"size={sizes.disk_bytes},nr_inodes={_INODES},uid={NOBODY},gid={NOBODY},mode=700"
        try:
            container = self._client.containers.create(
                self.image,
                supervisor_command(self.python)[-1:],
                stdin_open=True,
                hostname=HOSTNAME,
                user=f"{NOBODY}:{NOBODY}",
                read_only=True,
                cap_drop=["ALL"],
                security_opt=["no-new-privileges"],
                environment=ENVIRONMENT,
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


def _labelled(client: docker.DockerClient, label: str) -> list[Container]:
    return list(client.containers.list(all=True, filters={"label": label}, ignore_removed=True))


def reap(client: docker.DockerClient) -> int:
    """Remove containers whose owner is dead; returns how many."""
    dead = [one for one in _labelled(client, OWNER_LABEL) if _is_abandoned(one)]
    for container in dead:
        remove(container)
    return len(dead)


def _is_abandoned(container: Container) -> bool:
    """Whether a container is no longer needed: its owner is dead, or it has ended and its owner cannot be seen."""
    owner = container.labels.get(OWNER_LABEL, "")
    return owners.is_dead(owner) or (container.status == "exited" and not owners.is_visible(owner))


def remove_packages(client: docker.DockerClient) -> int:
    """Remove the stores of packages that no container uses; returns how many."""
    removed = 0
    for volume in client.volumes.list(filters={"name": "aiev-packages-"}):
        with contextlib.suppress(*FOREIGN):
            volume.remove()
            removed += 1
    return removed


def remove_images(client: docker.DockerClient, base: str) -> int:
    """Remove unused images, except those of this interpreter on what `base` can stand for; returns how many."""
    current = tuple(tag(one) for one in candidates(base))
    removed = 0
    for image in client.images.list(name=NAME):
        if not any(name.startswith(current) for name in image.tags):
            with contextlib.suppress(*FOREIGN):
                client.images.remove(image.id, noprune=False)
                removed += 1
    return removed
