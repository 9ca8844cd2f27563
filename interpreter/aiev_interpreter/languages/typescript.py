"""TypeScript: transpiled file by file, then run as JavaScript, with errors at the lines of the source.

Invariant: syntax errors end the job before it runs; types are removed without checks, as fast runners do.
Not covered: type errors, `const enum` across files, path aliases.
"""

from __future__ import annotations

from aiev_interpreter.languages.javascript import MODULE_COMPILER, MUTANTS, PACKAGES, SOURCE, instrumented, runner
from aiev_interpreter.languages.language import Language, Plan, Trial
from aiev_interpreter.protocol import MIB


def plan(program: str, tests: str) -> Plan:
    """Two files, one call of the transpiler."""
    files = {"solution.ts": program, "tests.ts": instrumented(tests)}
    return Plan(files=files | {SOURCE: tests}, compile=((*MODULE_COMPILER, *files),), run=runner("ts"))


TYPESCRIPT = Language(
    name="typescript",
    title="TypeScript",
    aliases=("ts", "tsx"),
    fences=("typescript", "ts", "tsx"),
    extension="ts",
    packages=PACKAGES,
    probe=("node", "--version"),
    plan=plan,
    trials=(Trial("TypeScript", "const one = (): number => 1;", "assert.strictEqual(one(), 1);"),),
    compile_seconds=20.0,
    compile_memory_bytes=512 * MIB,
    memory_bytes=128 * MIB,
    mutants=MUTANTS,
)
