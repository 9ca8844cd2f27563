"""Seeds of every language: what is documented, what is dropped, and which files are read."""

import json
import random

import pytest
from support.loading import load_seeds

from aiev.errors import SeedError
from aiev.seeds.extract import documented_functions, random_snippets
from aiev.seeds.filters.origin import is_test_path, why_generated
from aiev.seeds.languages import EXTENSIONS, RULES
from aiev.seeds.settings import DEFAULT_FILTERS
from aiev_agents.languages import LANGUAGES

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


@pytest.fixture
def load(tmp_path):
    """Load one source of a language; returns the seeds and what was dropped."""

    def run(language, *functions, **options):
        for number, function in enumerate(functions):
            (tmp_path / f"a{number}{SUFFIX[language]}").write_text(source(language, function))
        found = load_seeds([tmp_path], **options)
        return found.seeds, dict(found.funnel.dropped)

    return run


def test_extensions_and_rules_cover_the_languages_that_agents_speak():
    assert set(EXTENSIONS.values()) == set(LANGUAGES) == set(RULES) | {"python"}


@pytest.mark.parametrize("language", KEPT)
def test_a_documented_function_becomes_a_seed_with_all_that_stands_above_it(load, language):
    (seed,), dropped = load(language, KEPT[language])
    assert (seed.language, seed.name, dropped) == (language, "twice", {})
    assert seed.content == KEPT[language]
    assert seed.source.startswith(f"a0{SUFFIX[language]}:")


@pytest.mark.parametrize("language", RULES)
def test_a_function_without_documentation_is_none(language):
    lines = KEPT[language].splitlines()
    code = "\n".join(line for line in lines if not line.lstrip().startswith(("/", "*", "#")))
    for comment in ("", "/* plain */\n" if language in {"javascript", "java"} else ""):
        assert list(documented_functions(source(language, comment + code), language)) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("rust", "fn f(x: u8) -> u8 {\n    //! Inside.\n    x\n}\n"),
        ("go", "package a\n\n/* F\ndoes */\nfunc F() {}\n"),
        ("cpp", "/*! Does. */\nint f(int x) { return x; }\n"),
        ("cpp", '#ifdef A\nextern "C" {\n//! Does.\nint f(int x) { return x; }\n}\n#endif\n'),
    ],
)
def test_other_forms_of_documentation_count(language, text):
    assert len(list(documented_functions(text, language))) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("bash", "#!/bin/bash\nf() { echo 1; }\n"),
        ("go", "package a\n\n//go:noinline\nfunc F() {}\n"),
        ("go", "package a\n\nvar x = 1 // one\nfunc F() {}\n"),
        ("go", "package a\n\n// Far away.\n\nfunc F() {}\n"),
        ("javascript", "/** On a constant. */\nconst x = 1;\n\nfunction f() {}\n"),
        ("cpp", "//////////////\nint f(int x) { return x; }\n"),
    ],
)
def test_what_only_stands_near_is_no_documentation(language, text):
    assert list(documented_functions(text, language)) == []


@pytest.mark.parametrize(
    ("language", "function", "reason"),
    [
        ("javascript", "/** D. */\nfunction f(x) {\n  return helper(x);\n}", "not_self_contained"),
        ("javascript", "/** D. */\nfunction f(x) {\n  return this.y + x;\n}", "not_self_contained"),
        ("javascript", "/** D. */\nfunction f(x) {\n  return fetch(x);\n}", "reaches_outside"),
        ("javascript", "/** D. */\nfunction f(x) {\n  console.log(x);\n}", "no_return_value"),
        ("typescript", "/** D. */\nfunction f(): number {\n  return 1;\n}", "no_arguments"),
        ("typescript", "/** D. */\nfunction f(x: Node): number {\n  return x.y;\n}", "not_self_contained"),
        ("java", "/** D. */\nint f(int x) {\n    return field + x;\n}", "not_self_contained"),
        ("java", "/** D. */\nint f(int x) {\n    return g(x);\n}", "not_self_contained"),
        ("java", "/** D. */\nvoid f(int x) {\n    int y = x;\n}", "no_return_value"),
        ("java", "/** D. */\nint f(int x) {\n    System.exit(x);\n    return x;\n}", "reaches_outside"),
        ("cpp", "/// D.\nvoid f(int x) {\n    x + 1;\n}", "no_return_value"),
        ("cpp", "/// D.\nint f(Thing x) {\n    return x.y;\n}", "not_self_contained"),
        ("cpp", "/// D.\nint f() {\n    return 1;\n}", "no_arguments"),
        ("rust", "/// D.\nfn f(x: u8) {\n    drop(x);\n}", "no_return_value"),
        ("rust", "/// D.\nfn f(x: u8) -> u8 {\n    crate_own(x)\n}", "not_self_contained"),
        ("rust", "/// D.\nfn f(x: &str) -> String {\n    std::fs::read(x)\n}", "reaches_outside"),
        ("go", "// D.\nfunc F(x int) {\n\tx++\n}", "no_return_value"),
        ("go", "// D.\nfunc F(x Thing) int {\n\treturn x.y\n}", "not_self_contained"),
        ("go", "// D.\nfunc F(x string) error {\n\treturn os.Remove(x)\n}", "reaches_outside"),
        ("bash", "# D.\nf() {\n  echo one\n}", "no_arguments"),
        ("bash", "# D.\nf() {\n  rm $1\n  echo done\n}", "reaches_outside"),
        ("bash", '# D.\nf() {\n  echo "$1 $OUTSIDE"\n}', "not_self_contained"),
        ("bash", '# D.\nf() {\n  helper "$1"\n  echo done\n}', "not_self_contained"),
        ("go", "// D.\nfunc F(x int) int { return x }", "size"),
    ],
)
def test_each_filter_drops_with_its_reason(load, language, function, reason):
    seeds, dropped = load(language, KEPT[language], function)
    assert [seed.name for seed in seeds] == ["twice"]
    assert dropped.get(reason) == 1, dropped


def test_functions_that_need_their_module_stay_when_they_are_wanted(load):
    function = "// D.\nfunc F(x Thing) int {\n\treturn x.y\n}"
    assert len(load("go", function, self_contained=False)[0]) == 1


@pytest.mark.parametrize(
    "function",
    [
        "/** D. */\nfunction f([a, {b, c: d = 1}], ...r) {\n  let [q] = r\n  for (let k in a) q(k)\n  return {b, d}\n}",
        "/** D. */\nfunction f(g, r) {\n  try { g() } catch (e) { g(e) }\n  return r.map((z) => ({r, x: g + z}));\n}",
        "/** D. */\nasync function* f(items) {\n  let n = 0;\n  for await (const item of items) yield item + n++;\n}",
    ],
)
def test_names_that_patterns_bind_are_a_functions_own(load, function):
    assert len(load("javascript", function)[0]) == 1


def test_a_function_that_nests_deeper_than_python_recurses_is_judged_like_any(load):
    deep = "/** D. */\nfunction f(x) {\n  return " + "(" * 1800 + "x" + ")" * 1800 + ";\n}"
    filters = [name for name in DEFAULT_FILTERS if name != "generated"]  # it would be taken for minified
    assert len(load("javascript", deep, filters=filters)[0]) == 1
    assert list(documented_functions("namespace a {" * 3000 + "}" * 3000, "cpp")) == []


def test_a_folder_of_mixed_languages_gives_seeds_of_each(tmp_path):
    for language, function in KEPT.items():
        (tmp_path / f"a{SUFFIX[language]}").write_text(source(language, function))
    assert {seed.language for seed in load_seeds([tmp_path]).seeds} == set(LANGUAGES)
    chosen = load_seeds([tmp_path], languages=("go", "rust")).seeds
    assert {seed.language for seed in chosen} == {"go", "rust"}
    snippets = load_seeds([tmp_path], kind="snippet").seeds
    assert {(seed.kind, seed.language) for seed in snippets} == {("snippet", language) for language in LANGUAGES}


def test_equal_lines_of_two_languages_are_two_seeds():
    first, second = (next(random_snippets("x = 1", random.Random(1), language)) for language in ("python", "bash"))
    assert (first.content, first.language, second.language) == ("x = 1", "python", "bash")


def test_a_row_names_its_language_by_any_of_its_names_and_is_python_without(tmp_path):
    rows = [{"code": "a", "language": "C++"}, {"code": "b", "lang": "golang"}, {"code": "c"}]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in [*rows, {"code": "d", "language": "cobol"}]))
    found = load_seeds([path])
    assert {(seed.content, seed.language) for seed in found.seeds} == {("a", "cpp"), ("b", "go"), ("c", "python")}
    (skipped,) = found.funnel.skipped
    assert "rows.jsonl:4: other_language: language 'cobol' is none of python, javascript" in skipped


@pytest.mark.parametrize(
    "name",
    [
        *("test_a.py", "a_test.go", "a.test.js", "a.spec.ts", "StackTest.java", "StackTests.java", "TestStack.java"),
        *("tests/a.py", "pkg/test/a.rs", "lib/__tests__/a.js", "conftest.py"),
    ],
)
def test_files_of_tests_are_known_by_their_names(name):
    assert is_test_path(name)


@pytest.mark.parametrize("name", ["a.min.js", "a.d.ts", "api_pb2.py", "api.pb.go"])
def test_generated_files_are_known_by_their_names(name):
    assert why_generated(name, "").reason == "generated"


@pytest.mark.parametrize("name", ["a.py", "A.java", "latest.go", "Contest.java", "a.mjs", "a.hpp", "contest/a.py"])
def test_sources_are_neither(name):
    assert not is_test_path(name)
    assert why_generated(name, "x = 1\n") is None


def test_a_folder_without_the_wanted_language_has_no_seeds(tmp_path):
    (tmp_path / "a.go").write_text(source("go", KEPT["go"]))
    with pytest.raises(SeedError, match="no seeds"):
        load_seeds([tmp_path], languages=("rust",))
