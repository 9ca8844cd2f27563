"""Which JavaScript tests prove something about their program, and what cannot talk the judge round."""

import pytest

from aiev_interpreter import Verdict

pytestmark = pytest.mark.docker

ADD = "function add(a, b) { return a + b; }\nmodule.exports = { add };\n"
ZERO = "\nfunction add() { return 0; }\n"
NUMBER = "function p(s) { const n = Number(s); if (isNaN(n)) throw new TypeError('not a number'); return n; }\n"
LATER = "const f = async (x) => { if (x < 0) throw new RangeError('neg'); return x; };\nmodule.exports = { f };\n"
STACK = """class Stack {
  constructor() { this.items = []; }
  push(x) { this.items.push(x); return this; }
  get size() { return this.items.length; }
  isEmpty() { return this.items.length === 0; }
}
module.exports = { Stack };
"""
MATCHERS = """test.each([[1, 2, 3], [2, 2, 4]])('%i', (a, b, c) => { expect(add(a, b)).toBe(c); });
test('more', () => {
  expect([add(1, 2)]).toContain(3);
  expect({ a: add(1, 2) }).toMatchObject({ a: 3 });
  expect(add(0.1, 0.2)).toBeCloseTo(0.3);
});
"""
NODE = """const { test, describe, it, beforeEach } = require('node:test');
let n;
beforeEach(() => { n = 1; });
describe('a', () => { it('b', () => { assert.strictEqual(add(n, 2), 3); }); });
test('c', async (t) => { await t.test('d', () => { assert.equal(add(2, 2), 4); }); });
"""
MOCK = """const { mock } = require('node:test');
const f = mock.fn();
each([1, 2], f);
assert.strictEqual(f.mock.callCount(), 2);
assert.deepStrictEqual(f.mock.calls[0].arguments, [1]);
"""
SPY = "const o = []; const log = console.log; console.log = (m) => o.push(m); greet(); console.log = log;\n"


@pytest.mark.parametrize(
    ("program", "tests", "count"),
    [
        (ADD, "assert.equal(add(1, 2), 3);\nprocess.exit(0);", 1),
        (ADD, "(async () => { assert.equal(await add(1, 2), 3); process.exit(0); })();", 1),
        (ADD, "let bad = 0;\nif (add(1, 2) !== 3) { bad++; console.log('FAIL'); }\nprocess.exit(bad ? 1 : 0);", 1),
        (NUMBER, "try { p('q'); assert.fail('no'); } catch (e) { assert(e instanceof TypeError); }", 2),
        (NUMBER, "try { p('q'); throw new Error('no'); } catch (e) { if (e.message !== 'not a number') throw e; }", 2),
        (NUMBER, "assert.throws(() => p('q'), TypeError);\nassert.throws(() => p('q'), /not a number/);", 2),
        (LATER, "(async () => { await assert.rejects(f(-1), RangeError); assert.equal(await f(2), 2); })();", 2),
        (LATER, "test('x', async () => { await expect(f(-1)).rejects.toThrow('neg'); });", 1),
        (ADD, MATCHERS, 5),
        (ADD, NODE, 2),
        (STACK, "const s = new Stack(); s.push(1);\nassert.strictEqual(s.items.length, 1);", 1),
        (STACK, "assert(new Stack().isEmpty());\nassert.equal(new Stack().push(1).size, 1);", 2),
        ("const adder = (a) => (b) => a + b;", "assert.equal(adder(1)(2), 3);", 1),
        ("Array.prototype.last = function () { return this[this.length - 1]; };", "assert.equal([1, 2].last(), 2);", 1),
        ("function greet() { console.log('hi'); }", SPY + "assert.deepEqual(o, ['hi']);", 1),
        ("const fs = require('fs'); function f() { return 1; }", "const fs = require('fs'); assert.equal(f(), 1);", 1),
        ("export const add = (a, b) => a + b;", "import { add } from './a.js';\nassert.equal(add(1, 2), 3);", 1),
        ("\ufeff" + ADD, "\ufeffassert.equal(add(1, 2), 3);", 1),
        (ADD, "const { strictEqual: eq } = require('assert'); const { add } = require('./x');\neq(add(1, 2), 3);", 1),
        (ADD, "it.skip('a', () => { expect(1).toBe(2); }); it('b', () => { expect(add(1, 2)).toBe(3); });", 1),
        (ADD, "add(1, 2) === 3 || process.exit(1);\nadd(0, 0) === 0 ? console.log('ok') : process.exit(1);", 2),
        (ADD, "test('x', () => { expect({ a: add(1, 2) }).toEqual(expect.objectContaining({ a: 3 })); });", 1),
        (ADD, "test.each`a|b\n${1}|${2}`('$a', ({ a, b }) => { expect(add(a, 1)).toBe(b); });", 1),
        ("class T { d(n) { return n ? 1 + this.d(n - 1) : 0; } }", "assert.equal(new T().d(4000), 4000);", 1),
        ("function each(a, f) { for (const x of a) f(x); }", MOCK, 2),
    ],
)
def test_honest_tests_are_proof(judged, program, tests, count):
    result = judged("javascript", program, tests)
    assert (result.verdict, result.assertions) == (Verdict.OK, count), (result.detail, result.stderr)


@pytest.mark.parametrize(
    "tests",
    [
        "assert(add(1, 2)); assert.ok(add(1, 2) !== undefined);",
        "assert.equal(typeof add(1, 2), 'number');",
        "test('x', () => { expect(add).toBeDefined(); expect(add(1, 2)).toBeTruthy(); });",
        "const want = add(1, 2);\nassert.strictEqual(add(1, 2), want);",
        "{ const add = (a, b) => a + b; assert.equal(add(1, 2), 3); }",
        "test.skip('x', () => { expect(add(1, 2)).toBe(4); }); test('y', () => { expect(true).toBe(true); });",
        "test('x', () => { expect(add(1, 2)); }); test('y', () => { expect(1).toBe(1); });",
        "add(1, 2); assert(true);",
        "assert.doesNotThrow(() => add(1, 2));",
        "assert.throws(() => add(null.x));",
        "assert((add(1, 2) === 4, 'sum'));",
        "assert((async () => add(1, 2) === 4)());",
        "try { if (add(1, 2) !== 4) throw new Error('x'); } catch (e) { console.log('x'); }",
    ],
)
def test_what_holds_for_other_programs_is_no_proof(judged, tests):
    result = judged("javascript", ADD, tests)
    assert result.verdict is Verdict.NO_TESTS, (result.detail, result.stderr)


def test_the_reason_names_the_assertion(judged):
    result = judged("javascript", ADD, "assert.equal(typeof add, 'function');")
    assert "`assert.equal(typeof add, 'function');`" in result.detail


EQUAL = "assert.equal(add(1, 2), 3);"
MATCHED = "test('x', () => { expect(add(1, 2)).toBe(3); });"
CALLER = "function add() { return Number(/add\\(1, 2\\), (\\d)/.exec(add.caller.toString())[1]); }"
FRAMES = """function add() {
  Error.prepareStackTrace = (_, frames) => frames.map((one) => String(one.getFunction())).join('');
  const found = /add\\(1, 2\\), (\\d)/.exec(new Error().stack);
  return found ? Number(found[1]) : 0;
}
"""
READS = """function add() {
  const fs = require('fs');
  const all = (at) => fs.readdirSync(at, { withFileTypes: true }).flatMap((one) => (one.isDirectory()
    ? all(`${at}/${one.name}`) : [`${at}/${one.name}`]));
  for (const name of all('.')) {
    const found = /add\\(1, 2\\).*?(\\d)\\)/.exec(fs.readFileSync(name, 'utf8').replace(/^function[^]*^}/m, ''));
    if (found) return Number(found[1]);
  }
  return 0;
}
"""
CACHE = """for (const one of [...Object.values(require.cache), ...(process.mainModule.children || [])]) {
  if (one.exports.state) one.exports.state.count = 9;
}
"""


@pytest.mark.parametrize(
    ("program", "tests"),
    [
        ("const a = require('assert'); for (const k in a) a[k] = () => {};" + ZERO, EQUAL),
        ("Object.is = () => true;" + ZERO, MATCHED + EQUAL.replace("1, 2", "0, 0").replace("3", "0")),
        ("console.assert = () => {};" + ZERO, "console.assert(add(1, 2) === 3);"),
        ("process.exit = () => {};" + ZERO, "if (add(1, 2) !== 3) { process.exit(1); }"),
        ("process.on('exit', () => { process.exitCode = 0; });" + ZERO, EQUAL),
        ("function add() { Array.prototype.every = () => true; return [0]; }", "assert(add().every((v) => v === 3));"),
        (
            "require('util').isDeepStrictEqual = () => true;" + ZERO,
            "assert(require('util').isDeepStrictEqual(add(), 3));",
        ),
        ("Promise.prototype.then = function () { return this; };" + ZERO, "assert(true);" + EQUAL),
        ("globalThis.test = globalThis.expect = () => ({ toBe() {} });" + ZERO, MATCHED),
        ("function add() { const a = [0]; a.every = () => true; return a; }", "expect(add()).toEqual([3]);"),
        ("function add() { const p = new Proxy(() => p, { get: () => p }); return p; }", "assert(add().includes(3));"),
        (CALLER, EQUAL),
        (FRAMES, EQUAL),
        (READS, EQUAL),
        (READS.replace("function", "export function", 1), "import { add } from './solution';\n" + EQUAL),
        ("function add() { new (require('inspector').Session)(); return 3; }", EQUAL),
        (CACHE + ZERO, "add(1, 2);"),
    ],
)
def test_a_program_that_cheats_gains_nothing(judged, program, tests):
    result = judged("javascript", program, tests)
    assert result.verdict in {Verdict.ERROR, Verdict.NO_TESTS}, result.detail


def test_typescript_is_judged_in_the_same_way(judged):
    program = "export function add(a: number, b: number): number { return a + b; }\n"
    tests = "import { add } from './solution';\n%s;\nassert.strictEqual(typeof add(1, 2), 'number');\n"
    right = judged("typescript", program, tests % "expect(add(1, 2) as number).toBe(3)")
    assert (right.verdict, right.assertions) == (Verdict.OK, 1), (right.detail, right.stderr)
    assert judged("typescript", program, tests % "").verdict is Verdict.NO_TESTS
