"""Runs program and tests with the tools of this machine, in the form that the interpreter runs them in."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

_TYPESCRIPT = """
cat program.ts tests.ts > all.ts; echo 'declare function require(name: string): any;' >> all.ts
tsc --strict --target es2020 all.ts && node all.js"""
SCRIPT = {
    "python": ("cat program.py tests.py > all.py; python3 all.py", "python3"),
    "javascript": ("cat program.js tests.js > all.js; node all.js", "node"),
    "typescript": (_TYPESCRIPT, "tsc"),
    "java": ('mkdir -p out; javac -d out "$(ls *.java | grep -v Tests)" Tests.java && java -ea -cp out Tests', "javac"),
    "cpp": ("cat program.cpp tests.cpp > all.cpp; g++ -std=c++17 all.cpp -o all && ./all", "g++"),
    "rust": ("cat program.rs tests.rs > lib.rs; rustc --test -A warnings lib.rs -o all 2>&1 && ./all", "rustc"),
    "go": ("mv tests.go program_test.go; go mod init solution && GOCACHE=$PWD/cache go test ./...", "go"),
    "bash": ("cat program.sh tests.sh > all.sh; bash -e all.sh", "bash"),
}
SUFFIX = {"python": "py", "javascript": "js", "typescript": "ts", "rust": "rs", "bash": "sh"}
"""Of languages whose files do not end in their name."""


def missing(language):
    """Whether this machine has no tool for `language`."""
    return shutil.which(SCRIPT[language][1]) is None


def run(language, program, tests, folder, java_class="Words"):
    """The finished process of a run in `folder`."""
    names = (java_class, "Tests") if language == "java" else ("program", "tests")
    for name, text in zip(names, (program, tests), strict=True):
        (folder / f"{name}.{SUFFIX.get(language, language)}").write_text(text + "\n")
    rustup = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".rustup"  # the tests' HOME is another one
    return subprocess.run(
        ["bash", "-c", SCRIPT[language][0]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"RUSTUP_HOME": str(rustup), **os.environ},
    )
