"""The npm packages of a JavaScript or TypeScript program: read from install commands, and how npm is called.

Invariant: only a name with a version or a range of versions reaches npm, so nothing comes from addresses, folders or
repositories; scripts of packages never run. Not covered: npm itself, which the install phase fetches, see
`sandbox/npm.py`; credentials in an `.npmrc`, which stay on this machine.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

from aiev_interpreter.packages.requirements import InstallPlan
from aiev_interpreter.packages.shell import Command, commands, shown

if TYPE_CHECKING:
    from aiev_interpreter.settings import InstallSettings

LANGUAGES = frozenset(("javascript", "typescript"))
_VERBS = {
    "npm": {"install", "i", "add"},
    "pnpm": {"install", "i", "add"},
    "yarn": {"add"},
    "bun": {"install", "i", "add"},
}
_OPTIONS_WITH_VALUE = frozenset(("--prefix", "--registry", "--cache", "-C", "--tag", "--workspace", "-w", "--cwd"))
_PACKAGE = re.compile(r"(?P<name>(?:@[a-z0-9~-][\w.~-]*/)?[a-z0-9~-][\w.~-]*)(?:@(?P<versions>[\w.^~<>=*| +-]+))?")
_PINNED = re.compile(r".+@\d+\.\d+\.\d+\S*")
_NODES_OWN = {
    *("assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto"),
    *("dgram", "dns", "domain", "events", "fs", "http", "http2", "https"),
    *("inspector", "module", "net", "os", "path", "perf_hooks", "process", "punycode"),
    *("querystring", "readline", "repl", "stream", "string_decoder", "sys", "timers", "tls"),
    *("trace_events", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads"),
    "zlib",
}
_SANDBOXS_OWN = {
    *("chai", "jest", "@jest/globals", "ts-jest", "babel-jest", "mocha", "node", "npm", "ts-node", "tsx"),
    *("typescript", "yarn", "pnpm"),
}
_ONLY_INSTALLS = "only the installation of npm packages is carried out"


def parse_npm(text: str) -> InstallPlan:
    """Read the install commands of npm, yarn, pnpm and bun; everything else is refused with a reason."""
    wanted: list[str] = []
    refused: list[str] = []
    for command in commands(text):
        arguments = _arguments(command)
        if arguments is None:
            refused.append(f"{command.text}: {_ONLY_INSTALLS}")
            continue
        words = iter(arguments)
        for word in words:
            if word in _OPTIONS_WITH_VALUE:
                next(words, None)
            elif not word.startswith("-"):
                if reason := _reason(word):
                    refused.append(f"{shown(word)}: {reason}")
                else:
                    wanted.append(word)
    return InstallPlan(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(refused)))


def package_name(requirement: str) -> str:
    """The name in `name@versions`; empty for what is none."""
    match = _PACKAGE.fullmatch(requirement)
    return match["name"] if match else ""


def is_pinned(requirement: str) -> bool:
    """Whether a requirement names one version."""
    return bool(_PINNED.fullmatch(requirement))


def registry(settings: InstallSettings) -> str:
    """The registry that packages come from: the setting, else what npm on this machine uses; empty for none."""
    return settings.npm_registry or _npms_own()


@cache
def _npms_own() -> str:
    npm = shutil.which("npm")
    if not npm:
        return os.environ.get("NPM_CONFIG_REGISTRY", "")
    done = subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _arguments(command: Command) -> list[str] | None:
    """What follows the verb of an install command; None for any other command."""
    program, *rest = command.words or ("",)
    verb = next((index for index, word in enumerate(rest) if not word.startswith("-")), None)
    if not command.balanced or verb is None or rest[verb] not in _VERBS.get(program, ()):
        return None
    return rest[:verb] + rest[verb + 1 :]


def _reason(word: str) -> str:
    """Why a package is not installed; empty if it is."""
    name = package_name(word)
    if not name:
        return "not a package name; addresses, folders and repositories are not installed"
    if name in _NODES_OWN or word.startswith("node:"):
        return "part of Node.js"
    if name in _SANDBOXS_OWN or name.startswith("@types/"):
        return "the sandbox has its own"
    return ""
