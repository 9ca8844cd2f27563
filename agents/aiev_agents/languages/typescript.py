"""TypeScript; what is plain JavaScript is taken too."""

from __future__ import annotations

from aiev_agents.languages.ecmascript import ASSERTIONS, NOTE, VALUES, sort
from aiev_agents.languages.language import Example, Language
from aiev_agents.languages.splitting import splitter

_EXAMPLE = Example(
    snippet="""\
/** Number of words in a paragraph, without those that are too short. */
export function wordCount(paragraph: Paragraph, minLength: number): number {
  return paragraph.text.split(" ").filter((word: string) => word.length >= minLength).length;
}""",
    problem=(
        "Write a TypeScript function `countWords(text: string): number` that takes a string and returns the number of "
        "words in it, 0 for an empty string."
    ),
    idea="Split the text at white space and count the parts.",
    program="""\
function countWords(text: string): number {
  return text.split(/\\s+/).filter((word) => word.length > 0).length;
}""",
    tests="""\
const assert = require('assert');
assert.strictEqual(countWords("one two three"), 3);
assert.strictEqual(countWords(""), 0);""",
    wrong="""\
function countWords(text: string): number {
  return text.split(" ").length;
}""",
    feedback="""\
AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

1 !== 0""",
    description="The function is at fault: an empty text has no words, but splitting it gives one empty part.",
    correction="Leave out the empty parts before counting.",
)

LANGUAGE = Language(
    name="typescript",
    title="TypeScript",
    fence="typescript",
    aliases=frozenset({"typescript", "ts", "mts", "cts", "javascript", "js"}),
    comment="//",
    split=splitter("typescript", sort),
    assertions=ASSERTIONS,
    note=NOTE,
    arguments="its arguments with their types",
    values=VALUES,
    installer="npm install",
    example=_EXAMPLE,
)
