// The common chains of Chai (`expect(x).to.deep.equal(y)`), on top of expect.js.
'use strict';

const { counted, shown, AssertionError } = require('./counting.js');

const WORDS = ['to', 'be', 'been', 'is', 'that', 'which', 'and', 'has', 'have', 'with', 'at', 'of', 'same', 'still'];

const any = (list, test) => Reflect.apply(Array.prototype.some, list, [test]);

function kind(value) {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function addChains(target, actual, equal, throws) {
  const flags = { not: false, deep: false };
  const judge = (what, holds, ...expected) => {
    if (Boolean(holds) !== flags.not) return;
    const message = `expected ${shown(actual)} ${flags.not ? 'not ' : ''}to ${what}`
      + `${expected.length ? ` ${expected.map(shown).join(', ')}` : ''}`;
    throw new AssertionError({ message, actual, expected: expected[0], operator: what });
  };
  const chain = {};
  const method = (what, test) => counted((...values) => judge(what, test(...values), ...values));
  const is = (a, b) => (flags.deep ? equal(a, b) : a === b);
  const within = (one) => {
    if (typeof actual === 'string') return actual.includes(one);
    if (Array.isArray(actual)) return any(actual, (part) => is(part, one));
    return Object.keys(one).every((key) => is(actual[key], one[key]));
  };
  const size = (n) => (actual.length === undefined ? actual.size : actual.length) === n;
  const type = method('be a', (name) => kind(actual) === String(name).toLowerCase());
  const property = (key, ...value) => actual != null && key in Object(actual) && (!value.length || is(actual[key], value[0]));
  const methods = {
    equal: (b) => is(actual, b), equals: (b) => is(actual, b), eq: (b) => is(actual, b), eql: (b) => equal(actual, b),
    include: within, includes: within, contain: within, contains: within, lengthOf: size, length: size, property,
    above: (b) => actual > b, greaterThan: (b) => actual > b, below: (b) => actual < b, lessThan: (b) => actual < b,
    least: (b) => actual >= b, gte: (b) => actual >= b, most: (b) => actual <= b, lte: (b) => actual <= b,
    closeTo: (b, by) => Math.abs(actual - b) <= by, match: (b) => b.test(actual),
    instanceof: (b) => actual instanceof b, instanceOf: (b) => actual instanceof b,
    throw: (...b) => throws(actual, b[0]) && (b.length < 2 || throws(actual, b[1])),
    members: (b) => actual.length === b.length && b.every((one) => any(actual, (a) => is(a, one))),
    keys: (...b) => equal(Object.keys(actual).sort(), b.flat().sort()),
  };
  const facts = {
    true: () => actual === true, false: () => actual === false, null: () => actual === null, ok: () => actual,
    undefined: () => actual === undefined, NaN: () => Number.isNaN(actual), exist: () => actual != null,
    empty: () => (kind(actual) === 'object' ? Object.keys(actual) : actual).length === 0,
  };
  for (const name of Object.keys(methods)) chain[name] = method(name, methods[name]);
  for (const name of Object.keys(facts)) {
    Object.defineProperty(chain, name, { get: counted(() => judge(`be ${name}`, facts[name]())) });
  }
  const words = Object.create(chain);
  for (const name of WORDS) Object.defineProperty(chain, name, { get: () => words });
  for (const name of ['not', 'deep']) {
    Object.defineProperty(chain, name, { get: () => { flags[name] = true; return words; } });
  }
  for (const name of ['a', 'an']) chain[name] = Object.setPrototypeOf((value) => type(value), words);
  for (const name of ['to', 'be', 'is', 'has', 'have']) Object.defineProperty(target, name, { get: () => words });
  Object.setPrototypeOf(target.not, chain);
  Object.defineProperty(target.not, 'to', { get: () => { flags.not = true; return words; } });
  return target;
}

module.exports = { addChains };
