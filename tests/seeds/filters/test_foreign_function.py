"""Functions of other languages than Python, through the filters that ask about them."""

import pytest
from support.documented import KEPT, SUFFIX, source
from support.loading import FILTERS, load_seeds

from aiev.seeds.extract.functions import documented_functions


@pytest.fixture
def load(tmp_path):
    """Load one source of a language; returns the seeds and what was dropped."""

    def run(language, *functions, **options):
        for number, function in enumerate(functions):
            (tmp_path / f"a{number}{SUFFIX[language]}").write_text(source(language, function))
        found = load_seeds([tmp_path], **options)
        return found.seeds, dict(found.funnel.dropped)

    return run


@pytest.mark.parametrize("language", KEPT)
def test_a_documented_function_becomes_a_seed_with_all_that_stands_above_it(load, language):
    (seed,), dropped = load(language, KEPT[language])
    assert (seed.language, seed.name, dropped) == (language, "twice", {})
    assert seed.content == KEPT[language]
    assert seed.source.startswith(f"a0{SUFFIX[language]}:")


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
    filters = [name for name in FILTERS if name != "generated"]  # it would be taken for minified
    assert len(load("javascript", deep, filters=filters)[0]) == 1
    assert list(documented_functions("namespace a {" * 3000 + "}" * 3000, "cpp")) == []
