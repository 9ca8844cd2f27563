"""Programs that want out: to the host, to the outside, to sockets that are not files."""

import asyncio
import contextlib
import fcntl
import socket
import struct
import threading
import time
from pathlib import Path

import pytest

from aiev_interpreter import Verdict

SIOCGIFADDR = 0x8915
GUARD = """import os, socket
reached = []
if [name for _, name in socket.if_nameindex()] not in (['lo'], []):
    raise SystemError('there is a network: nothing is tried')
"""
"""A sandbox with a network fails at once, so that no test ever sends anything to an address of somebody else."""
OUTSIDE = ("198.51.100.7", "169.254.169.254", "2001:db8::7", "fd00:ec2::254")
"""Addresses for documentation, and those under which clouds give away credentials."""
TRY = """for address in ADDRESSES:
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    try:
        socket.create_connection((address, PORT), 0.3).close()
        reached.append(('tcp', address))
    except OSError:
        pass
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as udp:
            udp.sendto(b'PAYLOAD', (address, PORT))
        if SENT_COUNTS:
            reached.append(('udp', address))
    except OSError:
        pass
"""


def attempt(addresses, port, payload="x", *, sent_counts):
    """A program that tries TCP and UDP; `sent_counts`: a datagram that could be sent at all is a way out."""
    values = {"ADDRESSES": repr(addresses), "PORT": str(port), "PAYLOAD": payload, "SENT_COUNTS": str(sent_counts)}
    program = GUARD + TRY
    for name, value in values.items():
        program = program.replace(name, value)
    return program


def own_addresses():
    """The IPv4 addresses of this machine, the Docker bridge's among them."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            with contextlib.suppress(OSError):
                found.append(socket.inet_ntoa(fcntl.ioctl(any_socket, SIOCGIFADDR, request)[20:24]))
    return found


class Listener:
    """A TCP and a UDP server on every address of this machine, on one port; remembers what arrives."""

    def __init__(self):
        self.arrived = []
        self.tcp = socket.create_server(("0.0.0.0", 0))
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("0.0.0.0", self.port))
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.accept, self.receive)]
        for thread in self.threads:
            thread.start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, peer = self.tcp.accept()
                connection.close()
                self.arrived.append(("tcp", peer))

    def receive(self):
        with contextlib.suppress(OSError):
            while True:
                data, peer = self.udp.recvfrom(100)
                if not data:
                    return
                self.arrived.append((data.decode(), peer))

    def close(self):
        self.tcp.shutdown(socket.SHUT_RDWR)
        self.tcp.close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.sendto(b"", ("127.0.0.1", self.port))
        for thread in self.threads:
            thread.join(5)
        self.udp.close()


@pytest.fixture
def listener():
    opened = Listener()
    yield opened
    opened.close()


async def test_nothing_reaches_a_server_on_any_address_of_the_host(run, listener, marker):
    addresses = own_addresses()
    assert "127.0.0.1" in addresses
    program = attempt(
        [*addresses, "0.0.0.0", "localhost", "::1", "host.docker.internal"], listener.port, marker, sent_counts=False
    )
    result = await run(program, "assert reached == [], reached")
    assert result.verdict is Verdict.OK, result.stderr
    assert listener.arrived == []


def test_the_server_of_the_test_before_does_hear(listener, marker):
    for address in own_addresses():
        socket.create_connection((address, listener.port), 1).close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(marker.encode(), ("127.0.0.1", listener.port))
    deadline = time.monotonic() + 10
    while len(listener.arrived) <= len(own_addresses()) and time.monotonic() < deadline:
        time.sleep(0.05)
    heard = [kind for kind, _ in listener.arrived]
    assert heard.count("tcp") == len(own_addresses())
    assert marker in heard


@pytest.mark.parametrize("port", [80, 53])
async def test_nothing_can_be_sent_outside_or_to_the_metadata_address(run, port):
    result = await run(attempt(OUTSIDE, port, sent_counts=True), "assert reached == [], reached")
    assert result.verdict is Verdict.OK, result.stderr


async def test_no_name_is_resolved(run):
    program = GUARD + (
        "for name in ('example.com', 'localhost.example.com', 'metadata.google.internal'):\n"
        "    try:\n        reached.append(socket.getaddrinfo(name, 80))\n    except OSError:\n        pass\n"
        "query = bytes.fromhex('aaaa01000001000000000000076578616d706c6503636f6d0000010001')\n"
        "for server in ('127.0.0.11', '127.0.0.53', '127.0.0.1'):\n"
        "    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:\n        udp.settimeout(0.3)\n"
        "        try:\n            udp.sendto(query, (server, 53))\n            reached.append(udp.recv(512))\n"
        "        except OSError:\n            pass\n"
    )
    result = await run(program, "assert reached == [], reached")
    assert result.verdict is Verdict.OK, result.stderr


SOCKETS = {
    "icmp": "socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP",
    "raw": "socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW",
    "packet": "socket.AF_PACKET, socket.SOCK_RAW",
    "virtual-machine": "socket.AF_VSOCK, socket.SOCK_STREAM",
}
"""The last one belongs to no network namespace: it leads from a virtual machine to its host."""


@pytest.mark.parametrize("kind", SOCKETS.values(), ids=SOCKETS)
async def test_no_socket_that_goes_around_the_network_can_be_made(run, kind):
    program = f"import socket\nmade = []\ntry:\n    made.append(socket.socket({kind}))\nexcept OSError:\n    pass\n"
    result = await run(program, "assert made == [], made")
    assert result.verdict is Verdict.OK, result.stderr


async def test_an_abstract_socket_of_the_host_is_neither_seen_nor_reached(run, marker):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{marker}")
        server.listen()
        listed = await asyncio.to_thread(Path("/proc/net/unix").read_text, encoding="utf-8")
        assert marker in listed
        program = (
            "import socket\nreached = []\nlisted = open('/proc/net/unix').read()\ntry:\n"
            f"    socket.socket(socket.AF_UNIX).connect('\\0{marker}')\n    reached.append('connected')\n"
            "except OSError:\n    pass\n"
        )
        result = await run(program, f"assert reached == []\nassert '@{marker}' not in listed")
    assert result.verdict is Verdict.OK, result.stderr


async def test_two_sandboxes_do_not_share_a_loopback(run, together):
    serve = (
        "import socket, time\nserver = socket.create_server(('127.0.0.1', 47001))\nserver.settimeout(2)\nheard = []\n"
        "try:\n    heard.append(server.accept())\nexcept TimeoutError:\n    pass\n"
    )
    knock = (
        "import socket, time\nreached = []\nfor _ in range(10):\n    time.sleep(0.1)\n    try:\n"
        "        reached.append(socket.create_connection(('127.0.0.1', 47001), 0.2))\n    except OSError:\n"
        "        pass\n"
    )
    results = await together(run(serve, "assert heard == []"), run(knock, "assert reached == []"))
    assert [result.verdict for result in results] == [Verdict.OK] * 2, results
