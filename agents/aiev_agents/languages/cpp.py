"""C++: the tests have `main` and use `assert`, the program has no `main`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev_agents.languages.language import Example, Language
from aiev_agents.languages.splitting import Part, is_solution, splitter
from aiev_agents.languages.syntax import name_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_SHARED = {"preproc_include", "using_declaration"}


def _sort(node: Node, text: str) -> Part:
    """`main` and functions called `test...` are tests; includes and using belong to both."""
    if node.type in _SHARED:
        return Part.TESTS if "<cassert>" in text or "<assert.h>" in text else Part.BOTH
    name = name_of(node) if node.type == "function_definition" else ""
    test = name == "main" or (name.lower().startswith("test") and not is_solution(node, text_of(node)))
    return Part.TESTS if test else Part.PROGRAM


_EXAMPLE = Example(
    snippet="""\
/// Number of words in a line of the buffer, without those that are too short.
int Buffer::word_count(size_t line, size_t min_length) const {
    int count = 0;
    for (const auto& word : split(lines_[line], ' ')) {
        if (word.size() >= min_length) ++count;
    }
    return count;
}""",
    problem=(
        "Write a C++ function `int count_words(const std::string& text)` that takes a string and returns the number of "
        "words in it, 0 for an empty string."
    ),
    idea="Read word after word from a string stream and count them.",
    program="""\
#include <sstream>
#include <string>

int count_words(const std::string& text) {
    std::istringstream words(text);
    std::string word;
    int count = 0;
    while (words >> word) {
        ++count;
    }
    return count;
}""",
    tests="""\
#include <cassert>

int main() {
    assert(count_words("one two three") == 3);
    assert(count_words("") == 0);
}""",
    wrong="""\
#include <string>

int count_words(const std::string& text) {
    int count = 1;
    for (char character : text) {
        if (character == ' ') ++count;
    }
    return count;
}""",
    feedback="""\
int main(): Assertion `count_words("") == 0' failed.""",
    description="The function is at fault: it begins to count at 1, so an empty text seems to have one word.",
    correction="Count the words themselves, not the spaces between them.",
)

LANGUAGE = Language(
    name="cpp",
    title="C++",
    fence="cpp",
    aliases=frozenset({"cpp", "c++", "cc", "cxx", "hpp", "c"}),
    comment="//",
    split=splitter("cpp", _sort),
    assertions="`assert(...)` statements",
    note="The tests include <cassert> and have `int main()`; the solution has no `main`.",
    arguments="its arguments with their types",
    values="numbers, strings, vectors or maps",
    example=_EXAMPLE,
)
