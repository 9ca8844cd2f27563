"""Rust: the tests are a module `tests` with `#[test]` functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev_agents.languages.language import Example, Language
from aiev_agents.languages.splitting import Part, splitter
from aiev_agents.languages.syntax import name_of

if TYPE_CHECKING:
    from tree_sitter import Node


def _sort(node: Node, text: str) -> Part:
    """What is marked `#[test]` or `#[cfg(test)]`, and a module called `tests`, are tests."""
    head = text[: len(text) - len(node.text or b"")] if node.text else text
    module = node.type == "mod_item" and name_of(node) in {"test", "tests"}
    return Part.TESTS if module or "#[test]" in head or "#[cfg(test)]" in head else Part.PROGRAM


_EXAMPLE = Example(
    snippet="""\
/// Number of words in the paragraph, without those that are too short.
pub fn word_count(&self, min_length: usize) -> usize {
    self.text.split(' ').filter(|word| word.len() >= min_length).count()
}""",
    problem=(
        "Write a Rust function `count_words(text: &str) -> usize` that takes a string and returns the number of words "
        "in it, 0 for an empty string."
    ),
    idea="Split the text at white space and count the parts.",
    program="""\
pub fn count_words(text: &str) -> usize {
    text.split_whitespace().count()
}""",
    tests="""\
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_words() {
        assert_eq!(count_words("one two three"), 3);
        assert_eq!(count_words(""), 0);
    }
}""",
    wrong="""\
pub fn count_words(text: &str) -> usize {
    text.split(' ').count()
}""",
    feedback="""\
thread 'tests::counts_words' panicked:
assertion `left == right` failed
  left: 1
 right: 0""",
    description="The function is at fault: an empty text has no words, but splitting it at ' ' gives one empty part.",
    correction="Split at white space, which gives no empty parts.",
)

LANGUAGE = Language(
    name="rust",
    title="Rust",
    fence="rust",
    aliases=frozenset({"rust", "rs"}),
    comment="//",
    split=splitter("rust", _sort),
    assertions="`assert_eq!` statements",
    note="The tests are `#[cfg(test)] mod tests { use super::*; ... }` with `#[test]` functions.",
    arguments="its arguments with their types",
    values="numbers, strings, vectors or maps",
    example=_EXAMPLE,
)
