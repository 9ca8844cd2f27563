"""A base image from this machine's own Python, shell and command line tools, for machines that can fetch none.

It holds copies of files that any program in `/usr` can be, with the libraries that they are linked to: no package
manager, and nothing of the machine's `/etc` but its certificate authorities. Invariant: everything in it belongs to
root and can be read by every user. Not covered: the tools of other languages, which need a package manager.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from aiev_interpreter.errors import InterpreterUnavailable
from aiev_interpreter.host_python import find_python, own_python

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOOLS = (
    "[ awk base64 basename bash cat chmod chown cmp comm cp cut date diff dirname echo egrep env expr false fgrep find "
    "fold grep gzip head hostname id join kill ln ls md5sum mkdir mktemp mv nl nproc od paste printf ps pwd readlink "
    "realpath rev rm rmdir sed seq sh sha256sum shuf sleep sort split stat tac tail tar tee test timeout touch tr true "
    "tsort uname uniq wc which xargs yes"
)
"""What shells and tests call: separated by blanks."""
_TOOL_FOLDERS = "/usr/bin:/bin:/usr/sbin:/sbin"
_NEEDED = ("sh", "sed", "chown", "mkdir", "rm")
"""What the Dockerfile calls."""
_LOADED_LATER = (
    *("libgcc_s.so.1", "libstdc++.so.6", "libm.so.6", "libdl.so.2", "librt.so.1", "libpthread.so.0", "libutil.so.1"),
    *("libresolv.so.2", "libz.so.1", "libexpat.so.1", "libnss_dns.so.2", "libnss_files.so.2"),
)
"""Libraries that wheels may be linked to (manylinux) and that the C library loads by name; a Python need not be."""
_DATA = ("/usr/share/zoneinfo", "/usr/lib/locale/C.utf8")
_SKIPPED = {"__pycache__", "test", "tests", "idlelib", "site-packages", "dist-packages", "EXTERNALLY-MANAGED"}

_ETC = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}
_LINKED = re.compile(r"^\s*(?:\S+ => )?(?P<path>/\S+) \(0x", re.MULTILINE)
_PATHS = "import sysconfig as s; print(s.get_path('stdlib'), s.get_path('platstdlib'), s.get_path('data'), sep='\\n')"


def write_machine(target: Path, certificates: Path | None) -> None:
    """Write the image's root as a tar file.

    Args:
        target: the tar file.
        certificates: file of the certificate authorities to trust.

    Raises:
        InterpreterUnavailable: this machine lacks what the image needs.
    """
    python = own_python() if own_python().exists() else Path(find_python())
    found = {name: shutil.which(name, path=_TOOL_FOLDERS) for name in _TOOLS.split()}
    tools = {name: Path(path) for name, path in found.items() if path}
    if lacking := [name for name in _NEEDED if name not in tools]:
        raise InterpreterUnavailable(f"this machine has no {', '.join(lacking)} in /usr/bin or /bin")
    with tarfile.open(target, mode="w") as archive:
        _layout(archive, certificates)
        modules = _python(archive, python)
        for tool in tools.values():
            _add(archive, tool, tool)
        _add_libraries(archive, [python, *tools.values(), *modules])
        for folder in filter(Path.is_dir, map(Path, _DATA)):
            _add(archive, folder, folder)


def _layout(archive: tarfile.TarFile, certificates: Path | None) -> None:
    """Top folders, as far as this machine has them as links to `/usr`, and the files of `/etc`."""
    for name in ("bin", "sbin", "lib", "lib64", "lib32", "libx32"):
        path = Path("/", name)
        if path.is_symlink():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, str(path.readlink())
            archive.addfile(member)
    for name, mode in {"tmp": 0o1777, "var/tmp": 0o1777, "root": 0o755, "usr/local/bin": 0o755}.items():
        member = tarfile.TarInfo(name)
        member.type, member.mode = tarfile.DIRTYPE, mode
        archive.addfile(member)
    for name, text in _ETC.items():
        _text(archive, name, text.encode())
    if certificates:
        _text(archive, "etc/ssl/certs/ca-certificates.crt", certificates.read_bytes())


def _python(archive: tarfile.TarFile, python: Path) -> list[Path]:
    """Add a Python with pip; returns its extension modules.

    A Python outside `/usr` moves to `/usr/local`, since its folder may be closed to others.
    """
    import pip

    said = subprocess.run([python, "-I", "-c", _PATHS], capture_output=True, text=True, check=False).stdout.split("\n")
    stdlib, platform, prefix = (Path(line) for line in said[:3])
    root = prefix if prefix in (Path("/usr"), Path("/usr/local")) else Path("/usr/local")
    folder = root / stdlib.relative_to(prefix)
    for source in {stdlib, platform}:
        _add(archive, source, root / source.relative_to(prefix))
    _add(archive, Path(pip.__file__).parent, folder / "pip")
    _add(archive, python.resolve(), root / "bin" / python.resolve().name)
    for name in ("python3", "python"):
        member = tarfile.TarInfo(str(root / "bin" / name).lstrip("/"))
        member.type, member.linkname = tarfile.SYMTYPE, python.resolve().name
        archive.addfile(member)
    return sorted({*stdlib.glob("lib-dynload/*.so"), *platform.glob("lib-dynload/*.so")})


def _add_libraries(archive: tarfile.TarFile, programs: Iterable[Path]) -> None:
    """Add the libraries that programs and libraries are linked to, and those that are loaded by name.

    One that lies outside the system's folders goes to the C library's, where the loader looks.
    """
    found = {_placed(path): path for path in _libraries(programs)}
    system = next((path.parent for path in found if path.name.startswith("libc.")), Path("/usr/lib"))
    later = [path for name in _LOADED_LATER if (path := system / name).exists()]
    for placed, path in (found | {_placed(path): path for path in (*later, *_libraries(later))}).items():
        _add(archive, path, placed if placed.parts[1] in ("usr", "lib", "lib64") else system / path.name)


def _libraries(programs: Iterable[Path]) -> list[Path]:
    ldd = shutil.which("ldd", path=_TOOL_FOLDERS) or "ldd"
    said = subprocess.run([ldd, *programs], capture_output=True, text=True, check=False).stdout
    return [Path(each.group("path")) for each in _LINKED.finditer(said)]


def _placed(path: Path) -> Path:
    """A path whose folder is no link, so that the archive never writes through one."""
    return path.parent.resolve() / path.name


def _add(archive: tarfile.TarFile, source: Path, target: Path) -> None:
    """Add a file, or all of a folder, as root's; a link becomes what it points to."""
    for path in [source] if source.is_file() else sorted(source.rglob("*")):
        inside = path.relative_to(source)
        if path.is_file() and path.suffix != ".a" and not _SKIPPED.intersection(inside.parts):
            _text(archive, str(_placed(target / inside)).lstrip("/"), path.read_bytes(), path.stat().st_mode)


def _text(archive: tarfile.TarFile, name: str, data: bytes, mode: int = 0o644) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), (mode & 0o111) | 0o644
    archive.addfile(member, io.BytesIO(data))
