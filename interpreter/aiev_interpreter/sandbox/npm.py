"""The npm installer of the install phase: fetches npm itself, then has it fill a tree of packages.

usage: npm.py TREE PACKAGE...

npm comes from the same registry as the packages, in one version whose digest is known, so that images and machines
need none. It needs Python 3.9 and Node.js. Invariant: no script of a package runs. Not covered: packages that build
native code in such a script, which are installed and do not work.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

VERSION = "10.9.2"
SHA512 = "iriPEPIkoMYUy3F6f3wwSZAU93E0Eg6cHwIR6jzzOXWSy+SD/rOODEs74cVONHKSx2obXtuUoyidVEhISrisgQ=="
INSTALLED = "/work/.installed.json"
"""Names what the installer has put into the tree."""
_QUIET = ("--no-audit", "--no-fund", "--no-save", "--no-update-notifier", "--loglevel=error")
_SECONDS = 60


def main() -> None:
    """In the install phase: fetch npm, install the packages, and name them; ends with npm's exit code."""
    tree, *packages = sys.argv[1:]
    command = ["node", fetch_npm(), "install", "--ignore-scripts", "--omit=dev", *_QUIET]
    code = subprocess.call([*command, "--cache", "/tmp/npm", "--prefix", tree, "--", *packages])  # noqa: S108
    if not code:
        with open(INSTALLED, "w") as file:
            json.dump(installed(tree), file)
    sys.exit(code)


def fetch_npm() -> str:
    """The path of npm's program, unpacked into the work folder."""
    import base64  # here, since the supervisor imports this module and has no use for them
    import hashlib
    import io
    import tarfile
    import urllib.request

    address = f"{os.environ['NPM_CONFIG_REGISTRY'].rstrip('/')}/npm/-/npm-{VERSION}.tgz"
    with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310 - the user's own setting
        archive = answer.read()
    if base64.b64encode(hashlib.sha512(archive).digest()).decode() != SHA512:
        sys.exit(f"ERROR: the registry's npm {VERSION} is not the one that was expected")
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall("npm")  # noqa: S202 - its digest is known
    return os.path.abspath("npm/package/bin/npm-cli.js")


def installed(tree: str) -> list[str]:
    """`name@version` of every package in a tree, from npm's own list."""
    try:
        with open(os.path.join(tree, "node_modules", ".package-lock.json")) as file:
            packages = json.load(file)["packages"]
    except (OSError, ValueError, KeyError):
        return []
    return sorted({f"{path.rpartition('node_modules/')[2]}@{one['version']}" for path, one in packages.items()})


if __name__ == "__main__":
    main()
