"""Java: the program is one class or several, the tests are a class `Tests` with a `main` method of assertions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev_agents.languages.language import Example, Language
from aiev_agents.languages.splitting import Part, splitter
from aiev_agents.languages.syntax import name_of

if TYPE_CHECKING:
    from tree_sitter import Node

_TEST_CLASS = re.compile(r"^Tests?(?![a-z])|Tests?$")
_CHECKS = re.compile(r"\bassert\w*\b|@Test\b|\bvoid\s+main\b|\bAssertionError\b")


def _sort(node: Node, text: str) -> Part:
    """Classes named after tests are tests, save where one gives a value and checks nothing; imports belong to both."""
    if node.type in {"import_declaration", "package_declaration"}:
        return Part.TESTS if "org.junit" in text else Part.BOTH
    test = _TEST_CLASS.search(name_of(node)) and (_CHECKS.search(text) or "return" not in text)
    return Part.TESTS if test else Part.PROGRAM


_EXAMPLE = Example(
    snippet="""\
/** Number of words in the node's text, without those that are too short. */
int wordCount(Node node, int minLength) {
    int count = 0;
    for (String word : node.getText().split(" ")) {
        if (word.length() >= minLength) count++;
    }
    return count;
}""",
    problem=(
        "Write a Java class `Words` with a public static method `countWords(String text)` that takes a string and "
        "returns the number of words in it as an int, 0 for an empty string."
    ),
    idea="Let a tokenizer split the text at white space and count its tokens.",
    program="""\
import java.util.StringTokenizer;

public class Words {
    public static int countWords(String text) {
        return new StringTokenizer(text).countTokens();
    }
}""",
    tests="""\
public class Tests {
    public static void main(String[] args) {
        assert Words.countWords("one two three") == 3 : "three words";
        assert Words.countWords("") == 0 : "no words";
    }
}""",
    wrong="""\
public class Words {
    public static int countWords(String text) {
        return text.split(" ").length;
    }
}""",
    feedback="""\
Exception in thread "main" java.lang.AssertionError: no words""",
    description="The method is at fault: an empty text has no words, but splitting it gives one empty part.",
    correction="Count the tokens between white space, of which an empty text has none.",
)

LANGUAGE = Language(
    name="java",
    title="Java",
    fence="java",
    aliases=frozenset({"java"}),
    comment="//",
    split=splitter("java", _sort),
    assertions='`assert condition : "message";` statements',
    note=(
        "The tests are a class `Tests` with `public static void main(String[] args)`; the solution is one class or "
        "several without `main`."
    ),
    function="method",
    unit="class that has one public static method",
    arguments="its class, its arguments with their types",
    values="numbers, strings, lists or maps",
    example=_EXAMPLE,
)
