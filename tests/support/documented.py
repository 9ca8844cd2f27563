"""A documented function of every language, and the text that a source of that language puts around it."""

from aiev.seeds.extract.languages import EXTENSIONS

KEPT = {
    "javascript": "/** Twice the size\n * of a number. */\nexport function twice(x) {\n  return 2 * Math.abs(x);\n}",
    "typescript": "/** Twice a number. */\nconst twice = <T extends number>(x: T): number => {\n  return 2 * x;\n};",
    "java": "/** Twice a number. */\n@SafeVarargs\nstatic int twice(int x) {\n    return 2 * Math.abs(x);\n}",
    "cpp": "/// Twice a number.\ntemplate <class T>\nT twice(const T& x) {\n    return std::max(x + x, x);\n}",
    "rust": "/// Twice a number.\n#[inline]\npub fn twice<T: Copy + Add>(x: T) -> T {\n    x + x\n}",
    "go": "// twice returns twice a number.\nfunc twice(x int) int {\n\treturn 2 * x\n}",
    "bash": "# Print twice a number.\ntwice() {\n  local x=$1\n  echo $((2 * x))\n}",
    "python": 'def twice(x):\n    """Twice a number."""\n    return 2 * x',
}

AROUND = {
    "java": "package a;\n\nclass A {{\n    int field;\n\n{}\n}}\n",
    "cpp": "#include <algorithm>\n\nnamespace a {{\n\n{}\n\n}}\n",
    "go": "package a\n\n{}\n",
    "bash": "#!/bin/bash\n{}\n",
}

SUFFIX = {language: suffix for suffix, language in reversed(EXTENSIONS.items())}


def source(language, function):
    inner = function if language != "java" else "\n".join(f"    {line}" for line in function.splitlines())
    return AROUND.get(language, "{}\n").format(inner)
