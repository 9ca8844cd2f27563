"""JavaScript and TypeScript jobs in a container: styles of tests, what is counted, what can not be faked."""

import pytest

pytestmark = pytest.mark.docker

ADD = "function add(a, b) { return a + b; }\nconst later = async (x) => x;\nmodule.exports = { add, later };\n"
BARE = "const add = (a, b) => a + b;\nclass Stack { constructor() { this.items = []; } }\n"
ESM = "import fs from 'fs';\nexport function add(a, b) { return a + b; }\nexport default add;\n"
TYPED = """interface Pair { a: number; b: number }
export enum Colour { Red = 'red', Blue = 'blue' }
export function add(a: number, b: number): number { return a + b; }
export class Box<T> { constructor(private value: T) {} get(): T { return this.value; } }
"""
JEST = """const { add, later } = require('./sum');
describe('add', () => {
  let one;
  beforeEach(() => { one = 1; });
  test('sums', () => { expect(add(one, 2)).toBe(3); expect({ a: [1] }).toEqual({ a: [1] }); });
  it('throws', () => { expect(() => { throw new TypeError('bad'); }).toThrow('bad'); expect(1).not.toBe(2); });
  it('waits', async () => { await expect(later(4)).resolves.toBe(4); });
  it.each([[1, 1, 2], [2, 2, 4]])('adds %i', (a, b, c) => { expect(add(a, b)).toBe(c); });
});
"""
NODE_TEST = """import test from 'node:test';
import assert from 'node:assert/strict';
import { add } from './solution.mjs';
test('sums', async (t) => {
  assert.equal(add(1, 2), 3);
  await t.test('more', () => { assert.deepEqual([add(1, 1)], [2]); });
});
"""
CHAI = """const { expect } = require('chai');
describe('add', function () {
  it('sums', function (done) { expect(add(1, 2)).to.equal(3); expect([1]).to.deep.equal([1]); done(); });
  it('is', () => { expect(true).to.be.true; expect('a').to.be.a('string'); expect(1).to.not.equal(2); });
});
"""
STRICT = "const assert = require('assert');\nassert.strictEqual(add(1, 2), %s);\n"


@pytest.mark.parametrize(
    ("program", "tests", "count"),
    [
        (
            ADD,
            "const assert = require('node:assert');\nconst { add } = require('./solution');\nassert(add(1, 2) === 3);",
            1,
        ),
        (
            BARE,
            "const { add } = require('./add.js');\nconsole.assert(add(1, 2) === 3, 'sum');\nassert.ok(new Stack());",
            2,
        ),
        (BARE, STRICT % 3, 1),
        (ADD, JEST, 7),
        (ESM, NODE_TEST, 2),
        (BARE, CHAI, 5),
        (ADD, "(async () => { await null; setTimeout(async () => assert.equal(await later(1), 1), 30); })();", 1),
        (ADD, "assert.throws(() => { assert.equal(1, 2); }, /1 == 2/);", 1),
        (ADD, "await assert.rejects(async () => { throw new Error('x'); });", 1),
        (ADD, "if (add(1, 2) !== 3) { throw new Error('bad'); }\nconsole.log('ok');\nprocess.exit(0);", 1),
        (ADD, "if (add(1, 2) === 3) console.log('PASS')\nelse console.log('FAIL')", 1),
        (
            ADD,
            "function assert(c, m) { if (!c) throw new Error(m); }\nassert(add(1, 2) === 3); assert(add(1, 1) == 2);",
            2,
        ),
        (ADD, "console.log(add(1, 2) / 2, /[\"'`]/.test('x'));", 0),
        ("const assert = require('assert'); assert(true); function test() {}", "assert(true)", 1),
        ("const x = await Promise.resolve(3); module.exports = { x };", "assert.equal(require('./solution').x, 3)", 1),
    ],
)
def test_assertions_that_held_are_counted(run, program, tests, count):
    done = run("js", program, tests)
    assert (done.code, done.completed, done.assertions) == (0, True, count), done.stderr


@pytest.mark.parametrize(
    ("tests", "words"),
    [
        (STRICT % 4, ["3 !== 4", "tests.js:2"]),
        ("assert(add(1, 2) === 4, 'sum');", ["sum", "left side of === is 3, right side is 4"]),
        ("console.assert(add(1, 2) == 4);", ["is 3, right side is 4"]),
        ("test('x', () => { expect(add(1, 2)).toBe(4); });", ["FAILED x", "received: 3", "expected: 4"]),
        ("expect(add(1, 2)).to.equal(4);", ["expected 3 to equal 4"]),
        ("try { assert.equal(add(1, 2), 4); } catch (e) { console.log('oops'); }", ["3 == 4"]),
        ("if (add(1, 2) === 4) { console.log('PASS'); } else { console.log('FAIL'); }", ["is 3, right side is 4"]),
        ("Promise.resolve().then(() => assert.equal(add(1, 2), 4));", ["3 == 4"]),
        ("test('never', () => new Promise(() => {}));", ["did not end"]),
        ("assert(missing(1) === 2)", ["missing is not defined", "tests.js:1"]),
    ],
)
def test_failed_assertion_says_both_values(run, tests, words):
    done = run("javascript", ADD, tests)
    assert (done.code, done.completed) == (1, False)
    assert all(word in done.stderr for word in words), done.stderr


def test_syntax_error_names_the_file_and_line(run):
    done = run("js", "let x = 1;\nfunction add(a { }", "assert(true)")
    assert not done.completed
    assert "solution.js:2" in done.stderr
    assert "SyntaxError" in done.stderr


@pytest.mark.parametrize(
    "way",
    [
        "process.exit(0)",
        "process.exitCode = 0; process.reallyExit(0)",
        "process.kill(process.pid)",
        "process.emit('beforeExit', 0); process.exit(0)",
        "process.removeAllListeners(); process.exit(0)",
        "process.abort()",
    ],
)
def test_early_end_is_not_completed(run, way):
    done = run("js", f"function add() {{ {way}; }}", "assert(true); assert.equal(add(1, 2), 3);")
    assert not done.completed


def test_early_end_in_a_promise_is_not_completed(run):
    program = "const add = async () => { await null; process.emit('beforeExit', 0); process.exit(0); };"
    assert not run("js", program, "(async () => { assert(true); assert.equal(await add(1, 2), 3); })();").completed


@pytest.mark.parametrize("tests", [STRICT % 3, JEST, "assert(true)", "if (add(1, 2) !== 3) throw new Error('x')"])
def test_sabotage_fails_what_holds(run, tests):
    done = run("js", ADD, tests, mode="sabotage")
    assert (done.code, done.completed) == (1, False)


def test_report_on_standard_output_or_descriptor_is_useless(run):
    fake = '{"assertions": 9, "completed": true, "error": ""}'
    program = (
        "const fs = require('fs');\nfunction add() {\n"
        f"  console.log('0123456789abcdef {fake}');\n"
        "  for (const d of [3, 4]) { try { fs.writeSync(d, 'x\\n'); console.log('open'); } catch {} }\n"
        "  process.exit(0); }"
    )
    done = run("js", program, STRICT % 3)
    assert not done.completed


TYPED_TESTS = """import { strict as assert } from 'assert';
import { add, Box, Colour } from './solution';

type Case = [number, number, number];
const cases: Case[] = [[1, 2, 3], [2, 2, %s]];
for (const [a, b, want] of cases) {
  assert.strictEqual(add(a, b), want as number);
}
assert(new Box<string>('x').get() === 'x');
const n: number = add(1, 1)!;
assert.ok(Colour.Red === 'red' && n == 2);
"""


def test_typescript_is_transpiled_and_counted(run):
    done = run("ts", TYPED, TYPED_TESTS % 4)
    assert (done.code, done.completed, done.assertions) == (0, True, 4), done.stderr


def test_typescript_failure_stands_at_the_line_of_the_source(run):
    done = run("typescript", TYPED, TYPED_TESTS % 5)
    assert (done.code, done.completed) == (1, False)
    assert "4 !== 5" in done.stderr
    assert "tests.ts:7" in done.stderr


def test_typescript_without_modules(run):
    program = "function add(a: number, b: number): number { return a + b; }"
    tests = "console.assert(add(1, 2) === 3);\ndescribe('x', () => { it('y', () => { expect(add(1, 1)).toBe(2) }) })"
    done = run("ts", program, tests)
    assert (done.completed, done.assertions) == (True, 2), done.stderr


def test_typescript_syntax_error_ends_the_job(run):
    done = run("ts", "function add(a: number {\n}", "assert(true)")
    assert (done.stage, done.code) == ("compile", 1)
    assert "solution.ts(1," in done.stderr
