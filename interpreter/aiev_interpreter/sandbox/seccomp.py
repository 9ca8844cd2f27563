"""A filter of system calls for every program, which the program cannot remove.

The filter refuses calls that no program under test needs and that have been used to escape from sandboxes: tracing,
mounting, namespaces, keys, modules, BPF, io_uring, memory that belongs to no process, limits of other processes, and
sockets other than local, internet and netlink ones. Invariant: every call under another architecture's numbers is
refused. Not covered: machines other than x86-64 and ARM64, which get no filter from here.

Source: numbers from Linux' `arch/x86/entry/syscalls/syscall_64.tbl` and `include/uapi/asm-generic/unistd.h`; the
selection follows Docker's default profile (`profiles/seccomp/default.json` of moby) and refuses more.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

_LOAD, _JUMP_EQUAL, _JUMP_ANY_BIT, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NEW_NAMESPACES = 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x00020000
_FAMILIES = (1, 2, 10, 16)
"""Local, IPv4, IPv6, and netlink, with which programs list network interfaces."""
_OTHER_ABI = 0x40000000
"""First number of the x32 ABI, a second way to make the same calls."""
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_SAME_EVERYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442, 447)
"""io_uring (3), the mount API (7 with 442), pidfd_getfd, memfd_secret."""
_MACHINES: dict[str, tuple[int, dict[str, int], tuple[int, ...]]] = {
    "x86_64": (
        0xC000003E,
        {"clone": 56, "clone3": 435, "socket": 41, "prlimit64": 302},
        (
            *(29, 64, 68, 101, 103, 153, 155, 159, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173, 175, 176),
            *(179, 180, 212, 227, 246, 248, 249, 250, 272, 298, 303, 304, 305, 308, 310, 311, 312, 313, 319, 320),
            *(321, 323),
        ),
    ),
    "aarch64": (
        0xC00000B7,
        {"clone": 220, "clone3": 435, "socket": 198, "prlimit64": 261},
        (
            *(18, 39, 40, 41, 58, 60, 89, 97, 104, 105, 106, 112, 116, 117, 142, 161, 162, 170, 171, 186, 190, 194),
            *(217, 218, 219, 224, 225, 241, 264, 265, 266, 268, 270, 271, 272, 273, 279, 280, 282, 294),
        ),
    ),
}
"""By machine: its audit architecture, calls whose arguments are checked, and refused calls: System V objects, tracing,
other processes' memory, mounting, swap, reboot, names, clocks, modules, kernels, keys, BPF, perf, namespaces, file
handles, userfaultfd, memfd_create."""


def program(machine: str) -> bytes:
    """The filter for a machine; empty if there is none."""
    if machine not in _MACHINES:
        return b""
    architecture, named, refused = _MACHINES[machine]
    code = [_step(_LOAD, _ARCHITECTURE), _step(_JUMP_EQUAL, architecture, 1, 0), _step(_RETURN, _KILL)]
    code += [_step(_LOAD, _NUMBER), _step(_JUMP_AT_LEAST, _OTHER_ABI, 0, 1), _fail(errno.EPERM)]
    for number in (*refused, *_SAME_EVERYWHERE):
        code += _when(number, [_fail(errno.EPERM)])
    code += _when(named["clone3"], [_fail(errno.ENOSYS)])  # the C library falls back to clone, whose flags are readable
    first = _step(_LOAD, _FIRST_ARGUMENT)
    allow = _step(_RETURN, _ALLOW)
    code += _when(named["clone"], [first, _step(_JUMP_ANY_BIT, _NEW_NAMESPACES, 0, 1), _fail(errno.EPERM), allow])
    code += _when(named["prlimit64"], [first, _step(_JUMP_EQUAL, 0, 1, 0), _fail(errno.EPERM), allow])
    families = [_step(_JUMP_EQUAL, family, len(_FAMILIES) - place, 0) for place, family in enumerate(_FAMILIES)]
    code += _when(named["socket"], [first, *families, _fail(errno.EAFNOSUPPORT), allow])
    return b"".join([*code, allow])


def install(filter_: bytes) -> None:
    """Install a filter for this process and all that it starts. An empty filter changes nothing.

    Raises:
        OSError: the kernel refuses.
    """
    if not filter_:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    instructions = ctypes.create_string_buffer(filter_, len(filter_))
    header = _Header(len(filter_) // 8, ctypes.cast(instructions, ctypes.c_void_p))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(header)):
        raise OSError(ctypes.get_errno(), f"no filter of system calls: {os.strerror(ctypes.get_errno())}")


class _Header(ctypes.Structure):
    """`struct sock_fprog`: the number of instructions and their address."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    """One instruction: `struct sock_filter`."""
    return struct.pack("=HBBI", code, then, otherwise, value)


def _fail(number: int) -> bytes:
    return _step(_RETURN, _ERRNO | number)


def _when(number: int, block: list[bytes]) -> list[bytes]:
    """A block for one system call; every block ends with a return."""
    return [_step(_JUMP_EQUAL, number, 0, len(block)), *block]


FILTER = program(os.uname().machine)
