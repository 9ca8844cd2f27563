"""JavaScript, as Node.js runs it."""

from __future__ import annotations

from aiev_agents.languages.ecmascript import ASSERTIONS, NOTE, VALUES, sort
from aiev_agents.languages.language import Example, Language
from aiev_agents.languages.splitting import splitter

_EXAMPLE = Example(
    snippet="""\
/** Number of words in a node's text, without those that are too short. */
function wordCount(node, minLength) {
  return node.textContent.split(" ").filter((word) => word.length >= minLength).length;
}""",
    problem=(
        "Write a JavaScript function `countWords(text)` that takes a string and returns the number of words in it, "
        "0 for an empty string."
    ),
    idea="Split the text at white space and count the parts.",
    program="""\
function countWords(text) {
  return text.split(/\\s+/).filter((word) => word.length > 0).length;
}""",
    tests="""\
const assert = require('assert');
assert.strictEqual(countWords("one two three"), 3);
assert.strictEqual(countWords(""), 0);""",
    wrong="""\
function countWords(text) {
  return text.split(" ").length;
}""",
    feedback="""\
AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

1 !== 0""",
    description="The function is at fault: an empty text has no words, but splitting it gives one empty part.",
    correction="Leave out the empty parts before counting.",
)

LANGUAGE = Language(
    name="javascript",
    title="JavaScript",
    fence="javascript",
    aliases=frozenset({"javascript", "js", "node", "nodejs", "mjs", "cjs", "ecmascript"}),
    comment="//",
    split=splitter("javascript", sort),
    assertions=ASSERTIONS,
    note=NOTE,
    values=VALUES,
    installer="npm install",
    example=_EXAMPLE,
)
