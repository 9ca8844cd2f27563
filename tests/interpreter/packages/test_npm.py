"""Which npm packages are read from install commands, and how they are installed."""

from datetime import date

import pytest
from support import backends

from aiev_interpreter import Job, Verdict
from aiev_interpreter.packages.index import npm_environment, redacted
from aiev_interpreter.packages.installation import forbidden, install_plan, installed_versions, tree_of
from aiev_interpreter.packages.npm import parse_npm, registry
from aiev_interpreter.settings import InstallSettings

MIRROR = InstallSettings(npm_registry="https://user:secret@npm.example/repo/")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("npm install lodash", ("lodash",)),
        ("$ npm i -D --save a@4.17.21 @scope/name@^1.2 'b@>=1 <2'", ("a@4.17.21", "@scope/name@^1.2", "b@>=1 <2")),
        ("npm init -y && npm --silent install dayjs && node solution.js", ("dayjs",)),
        ("yarn add a b\npnpm add c\nbun add d", ("a", "b", "c", "d")),
        ("npm install fs node:path util lodash", ("lodash",)),
        ("npm install --registry https://evil.example lodash", ("lodash",)),
        ("npm install jest mocha chai typescript @types/node lodash", ("lodash",)),
        ("npm install", ()),
    ],
)
def test_names_and_versions_are_read(text, wanted):
    assert parse_npm(text).requirements == wanted


@pytest.mark.parametrize(
    "text",
    [
        "npm install ./local",
        "npm install user/repository",
        "npm install github:user/repository",
        "npm install git+https://example.org/x.git",
        "npm install https://example.org/x.tgz",
        "npm install file:../x",
        "npm install alias@npm:other",
        "npm install fs",
        "npm ci",
        "npx cowsay",
        "pip install six",
        "npm install 'x",
    ],
)
def test_everything_else_is_refused_with_a_reason(text):
    plan = parse_npm(text)
    assert plan.requirements == ()
    assert plan.refused


def test_both_languages_of_node_read_npm_and_only_where_a_registry_is_known(monkeypatch):
    for language in ("javascript", "typescript"):
        assert install_plan("npm i lodash", language, MIRROR).requirements == ("lodash",)
    monkeypatch.setattr("aiev_interpreter.packages.npm._npms_own", lambda: "")
    plan = install_plan("npm i lodash", "javascript", InstallSettings())
    assert plan.requirements == ()
    assert "use the standard library" in plan.refused[0]


def test_a_tree_of_npm_is_none_of_pip_and_a_range_is_no_pin():
    today, later = date(2026, 1, 1), date(2026, 6, 1)
    assert tree_of(("six",), MIRROR, today) != tree_of(("six",), MIRROR, today, "javascript")
    for name, same in (("a@1.2.3", True), ("a@^1.2.3", False), ("a", False)):
        trees = {tree_of((name,), MIRROR, day, "javascript") for day in (today, later)}
        assert (len(trees) == 1) is same


def test_the_lists_of_packages_hold_for_npm_too():
    deny = InstallSettings(deny=("lodash", "@scope/name"))
    assert len(forbidden(("lodash@4", "@scope/name@1", "dayjs"), deny)) == 2
    assert len(forbidden(("lodash@4", "dayjs"), InstallSettings(allow=("dayjs",)))) == 1


def test_the_users_registry_is_used_and_its_credentials_are_not_shown():
    assert registry(MIRROR) == npm_environment(MIRROR)["NPM_CONFIG_REGISTRY"] == MIRROR.npm_registry
    assert "secret" not in redacted(f"404 at {MIRROR.npm_registry}", MIRROR)


def test_versions_come_from_npms_own_list():
    assert installed_versions(["lodash@4.17.21", "@scope/name@1.0.0-rc.1"]) == (
        "@scope/name==1.0.0-rc.1",
        "lodash==4.17.21",
    )


LODASH = "const _ = require('lodash');\nfunction pairs(list) { return _.chunk(list, 2); }"
CHECK = "const assert = require('assert');\nassert.deepStrictEqual(pairs([1, 2, 3]), [[1, 2], [3]]);"


@pytest.fixture(scope="module", params=backends.PARAMS)
def run(request):
    """Execute a JavaScript program with packages."""
    with backends.opened(request.param, "npm", ready=0, languages=("all",)) as interpreter:
        yield lambda program, tests, *names: interpreter.execute(Job(program, tests, "javascript", names))


async def test_an_npm_package_is_installed_and_used_without_a_network(run):
    result = await run(LODASH, CHECK, "lodash@4.17.21")
    assert (result.verdict, result.assertions, result.installed) == (Verdict.OK, 1, ("lodash==4.17.21",)), result
    assert (await run(LODASH, CHECK, "lodash@4.17.21")).install_log == ""


async def test_a_package_brings_what_it_depends_on(run):
    program = "const isOdd = require('is-odd');\nfunction odd(n) { return isOdd(n); }"
    result = await run(program, "require('assert').strictEqual(odd(3), true);", "is-odd@3.0.1")
    assert (result.verdict, result.installed) == (Verdict.OK, ("is-number==6.0.0", "is-odd==3.0.1")), result


async def test_a_package_that_does_not_exist_is_a_failed_installation(run):
    result = await run("function f() { return 1; }", "console.assert(f() === 1);", "aiev-no-such-package-1234")
    assert result.verdict is Verdict.INSTALL_FAILED
    assert "aiev-no-such-package-1234" in result.stderr


async def test_an_installed_package_cannot_be_changed(run):
    program = "require('fs').writeFileSync(require.resolve('lodash'), '');"
    result = await run(program, "console.assert(true);", "lodash@4.17.21")
    assert result.verdict is Verdict.ERROR
    assert "EROFS" in result.stderr
