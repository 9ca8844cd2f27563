"""Bash: the program defines functions, the tests call them, one check on a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev_agents.languages.language import Example, Language
from aiev_agents.languages.splitting import Part, splitter
from aiev_agents.languages.syntax import name_of

if TYPE_CHECKING:
    from tree_sitter import Node

_CHECK = re.compile(r"^\s*(?:!\s*)?(?:\[|\(\(|test\s|diff\s|cmp\s|assert|if\s)|\bassert\w*\s|\|\|\s*(?:exit|return|\{)")
_TAKES = re.compile(r"\$\{?[1-9@*]")
"""A function that takes arguments, which the tests of a suite do not."""
_COMMENTS = re.compile(r"^\s*#.*$", re.MULTILINE)


def _sort(node: Node, text: str) -> Part:
    """Checks outside of functions, and functions called `test...` or `assert...`, are tests."""
    if node.type == "function_definition":
        solution = name_of(node).startswith("test") and _TAKES.search(text)
        return Part.TESTS if name_of(node).startswith(("test", "assert")) and not solution else Part.PROGRAM
    if name_of(node).startswith("test_"):
        return Part.TESTS
    return Part.TESTS if _CHECK.search(_COMMENTS.sub("", text).strip()) else Part.PROGRAM


_EXAMPLE = Example(
    snippet="""\
# Print the number of words in a file, without comment lines.
word_count() {
  local file=$1
  grep -v '^#' "$file" | tr ' ' '\\n' | wc -l
}""",
    problem=(
        "Write a Bash function `count_words` that takes a text as its only argument and prints the number of words in "
        "it, 0 for an empty text."
    ),
    idea="Read the words into an array and print its length.",
    program="""\
count_words() {
  local words
  read -r -a words <<< "$1"
  echo "${#words[@]}"
}""",
    tests="""\
[ "$(count_words "one two three")" = "3" ]
[ "$(count_words "")" = "0" ]""",
    wrong="""\
count_words() {
  echo "$1" | tr ' ' '\\n' | wc -l
}""",
    feedback="""\
failed: [ "$(count_words "")" = "0" ]""",
    description="The function is at fault: for an empty text it counts the line that echo ends, and prints 1.",
    correction="Count words, not lines.",
)

LANGUAGE = Language(
    name="bash",
    title="Bash",
    fence="bash",
    aliases=frozenset({"bash", "sh", "shell", "zsh"}),
    comment="#",
    split=splitter("bash", _sort),
    assertions='checks such as `[ "$(f 2)" = "4" ]`',
    note="Each check stands on a line of its own; the solution only defines functions.",
    library="Bash and the usual Unix commands",
    gives="print",
    values="numbers, strings or lists of words",
    example=_EXAMPLE,
)
