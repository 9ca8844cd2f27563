"""Go: program and tests are two files of `package main`, each with its own imports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev_agents.languages.language import Example, Language
from aiev_agents.languages.splitting import Part, splitter
from aiev_agents.languages.syntax import name_of, parse, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_TEST = re.compile(r"^(?:Test|Benchmark|Fuzz|Example)(?![a-z])")
_RUN = re.compile(r"^func\s+\w+\(\s*(?:\)|[^)]*\btesting\.[TBFM]\b)")
"""A signature that `go test` runs."""
_VERSION = re.compile(r"/v\d+$")


def _sort(node: Node, _text: str) -> Part:
    """Functions that `go test` runs are tests; package and imports belong to both."""
    if node.type in {"package_clause", "import_declaration"} or not node.is_named:
        return Part.BOTH
    test = node.type == "function_declaration" and _TEST.search(name_of(node)) and _RUN.search(text_of(node))
    return Part.TESTS if test else Part.PROGRAM


_divide = splitter("go", _sort)


def split(source: str) -> tuple[str, str]:
    """Take a source apart; each half keeps the imports that it uses, since Go refuses others."""
    program, tests = _divide(source)
    return (_used(program), _used(tests)) if tests else (program, tests)


def _used(source: str) -> str:
    """A source whose imports are those that its code mentions."""
    declarations = [node for node in parse(source, "go").children if node.type == "import_declaration"]
    if not declarations:
        return source
    data = source.encode(errors="surrogatepass")
    head, body = data[: declarations[0].start_byte], data[declarations[-1].end_byte :]
    code = body.decode(errors="surrogatepass")
    specs = [spec for declaration in declarations for spec in _specs(declaration)]
    kept = [text_of(spec) for spec in specs if _mentions(code, _package(spec))]
    imports = "import (\n\t" + "\n\t".join(kept) + "\n)" if len(kept) > 1 else f"import {''.join(kept)}"
    above = head.decode(errors="surrogatepass")
    return f"{above}{imports}{code}" if kept else above + code.lstrip("\n")


def _mentions(code: str, package: str) -> bool:
    return package in {"_", "."} or bool(re.search(rf"\b{re.escape(package)}\.", code))


def _specs(declaration: Node) -> list[Node]:
    """The imports of a declaration, alone or in parentheses."""
    inner = [child for child in declaration.named_children if child.type == "import_spec_list"]
    specs = inner[0].named_children if inner else declaration.named_children
    return [node for node in specs if node.type == "import_spec"]


def _package(spec: Node) -> str:
    """The name that an import binds: its own, or the last part of its path."""
    path = _VERSION.sub("", text_of(spec.child_by_field_name("path")).strip('"`'))
    return name_of(spec) or path.rpartition("/")[2]


_EXAMPLE = Example(
    snippet="""\
// WordCount returns the number of words in the paragraph, without those that are too short.
func (p *Paragraph) WordCount(minLength int) int {
	count := 0
	for _, word := range strings.Split(p.text, " ") {
		if len(word) >= minLength {
			count++
		}
	}
	return count
}""",
    problem=(
        "Write a Go function `CountWords(text string) int` that takes a string and returns the number of words in it, "
        "0 for an empty string."
    ),
    idea="Split the text at white space and count the parts.",
    program="""\
package main

import "strings"

func CountWords(text string) int {
	return len(strings.Fields(text))
}""",
    tests="""\
package main

import "testing"

func TestCountWords(t *testing.T) {
	if got := CountWords("one two three"); got != 3 {
		t.Errorf("three words: got %d, want 3", got)
	}
	if got := CountWords(""); got != 0 {
		t.Errorf("no words: got %d, want 0", got)
	}
}""",
    wrong="""\
package main

import "strings"

func CountWords(text string) int {
	return len(strings.Split(text, " "))
}""",
    feedback="""\
--- FAIL: TestCountWords (0.00s)
    no words: got 1, want 0""",
    description="The function is at fault: an empty text has no words, but splitting it gives one empty part.",
    correction="Split into fields, of which an empty text has none.",
)

LANGUAGE = Language(
    name="go",
    title="Go",
    fence="go",
    aliases=frozenset({"go", "golang"}),
    comment="//",
    split=split,
    assertions="checks such as `if got != want { t.Errorf(...) }`",
    note=(
        "Both blocks begin with `package main` and import what they use; the tests are functions "
        "`func TestName(t *testing.T)`."
    ),
    arguments="its arguments with their types",
    values="numbers, strings, slices or maps",
    example=_EXAMPLE,
)
