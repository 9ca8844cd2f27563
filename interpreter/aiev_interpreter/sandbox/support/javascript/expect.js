// A small `expect` with the most common matchers of Jest; chains of Chai are in chain.js.
// Not covered: snapshots, fake timers, module mocks.
'use strict';

const util = require('util');
const { counted, countedAsync, shown, AssertionError } = require('./counting.js');
const { addChains } = require('./chain.js');

const isDeep = util.isDeepStrictEqual;
const { every, some, includes } = Array.prototype; // of arrays that the program returned, which may have their own
const all = (list, test) => Reflect.apply(every, list, [test]);
const any = (list, test) => Reflect.apply(some, list, [test]);
const isNumber = (value) => typeof value === 'number' || typeof value === 'bigint';
const asymmetric = Symbol('asymmetric');

// Jest's `toEqual`: undefined properties and classes are ignored.
function equal(a, b) {
  if (b !== null && typeof b === 'object' && b[asymmetric]) return b[asymmetric](a);
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a)) return a.length === b.length && all(a, (value, place) => equal(value, b[place]));
  if ([Date, RegExp, Map, Set].some((kind) => a instanceof kind || b instanceof kind)) return isDeep(a, b);
  if (a instanceof Error && b instanceof Error) return a.message === b.message;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => equal(a[key], b[key]));
}

function contains(whole, part) {
  return Object.keys(part).every((key) => {
    const inner = part[key];
    const plain = inner !== null && typeof inner === 'object' && !inner[asymmetric] && !Array.isArray(inner);
    return whole != null && (plain ? contains(whole[key], inner) : equal(whole[key], inner));
  });
}

function path(value, keys) {
  const parts = Array.isArray(keys) ? keys : String(keys).replace(/\[(\w+)\]/g, '.$1').split('.');
  return parts.reduce((at, key) => (at.found && at.value != null && key in Object(at.value)
    ? { found: true, value: at.value[key] } : { found: false }), { found: true, value });
}

function isError(error, wanted) {
  if (wanted === undefined) return true;
  const message = error instanceof Error || (error && error.message) ? error.message : String(error);
  if (typeof wanted === 'string') return String(message).includes(wanted);
  if (wanted instanceof RegExp) return wanted.test(message);
  if (typeof wanted === 'function') return error instanceof wanted;
  return equal(message, wanted.message);
}

function thrown(action) {
  if (typeof action !== 'function') return null;
  try {
    action();
  } catch (error) {
    return { error };
  }
  return null;
}

function throws(action, wanted) {
  const found = thrown(action);
  return found !== null && isError(found.error, wanted);
}

const calls = (mock) => mock.mock.calls;
const MATCHERS = {
  toBe: (a, b) => Object.is(a, b),
  toEqual: equal,
  toStrictEqual: (a, b) => (b && b[asymmetric] ? equal(a, b) : isDeep(a, b) || (equal(a, b) && hasAsymmetric(b))),
  toBeTruthy: (a) => Boolean(a),
  toBeFalsy: (a) => !a,
  toBeNull: (a) => a === null,
  toBeUndefined: (a) => a === undefined,
  toBeDefined: (a) => a !== undefined,
  toBeNaN: (a) => Number.isNaN(a),
  toBeGreaterThan: (a, b) => isNumber(a) && a > b,
  toBeGreaterThanOrEqual: (a, b) => isNumber(a) && a >= b,
  toBeLessThan: (a, b) => isNumber(a) && a < b,
  toBeLessThanOrEqual: (a, b) => isNumber(a) && a <= b,
  toBeCloseTo: (a, b, digits = 2) => a === b || typeof a === 'number' && Math.abs(a - b) < 10 ** -digits / 2,
  toBeInstanceOf: (a, b) => a instanceof b,
  toContain: (a, b) => (typeof a === 'string' ? a.includes(b) : Reflect.apply(includes, [...a], [b])),
  toContainEqual: (a, b) => any([...a], (one) => equal(one, b)),
  toHaveLength: (a, b) => a != null && a.length === b,
  toHaveProperty: (a, key, ...value) => {
    const at = path(a, key);
    return at.found && (value.length === 0 || equal(at.value, value[0]));
  },
  toMatch: (a, b) => (b instanceof RegExp ? b.test(a) : typeof a === 'string' && a.includes(b)),
  toMatchObject: (a, b) => (!Array.isArray(b) || (Array.isArray(a) && a.length === b.length)) && contains(a, b),
  toThrow: throws,
  toThrowError: throws,
  toHaveBeenCalled: (a) => calls(a).length > 0,
  toHaveBeenCalledTimes: (a, b) => calls(a).length === b,
  toHaveBeenCalledWith: (a, ...b) => calls(a).some((one) => equal(one, b)),
  toHaveBeenLastCalledWith: (a, ...b) => equal(calls(a)[calls(a).length - 1], b),
  toHaveBeenNthCalledWith: (a, n, ...b) => equal(calls(a)[n - 1], b),
};

function hasAsymmetric(value) {
  return value !== null && typeof value === 'object'
    && (Boolean(value[asymmetric]) || Object.values(value).some(hasAsymmetric));
}

function judge(name, negated, actual, values) {
  if (Boolean(MATCHERS[name](actual, ...values)) !== negated) return;
  const got = name.startsWith('toThrow') ? thrown(actual) : { error: actual };
  const received = got === null ? 'nothing was thrown' : shown(got.error);
  const message = `expect(received).${negated ? 'not.' : ''}${name}(${values.length ? 'expected' : ''}) failed\n`
    + `  received: ${received}${values.length ? `\n  expected: ${values.map(shown).join(', ')}` : ''}`;
  throw new AssertionError({ message, actual, expected: values[0], operator: name });
}

function matchers(actual, negated) {
  const found = {};
  for (const name of Object.keys(MATCHERS)) found[name] = counted((...values) => judge(name, negated, actual, values));
  return found;
}

function awaited(settle, negated) {
  const found = {};
  for (const name of Object.keys(MATCHERS)) {
    found[name] = countedAsync(async (...values) => judge(name, negated, await settle(name.startsWith('toThrow')), values));
  }
  return found;
}

function expect(actual) {
  const resolved = async () => actual;
  const rejected = async (asAction) => {
    const promise = typeof actual === 'function' ? actual() : actual;
    try {
      await promise;
    } catch (error) {
      return asAction ? () => { throw error; } : error;
    }
    throw new AssertionError({ message: 'the promise was expected to be rejected, but it was resolved' });
  };
  const found = matchers(actual, false);
  found.not = matchers(actual, true);
  found.resolves = { ...awaited(resolved, false), not: awaited(resolved, true) };
  found.rejects = { ...awaited(rejected, false), not: awaited(rejected, true) };
  return addChains(found, actual, equal, throws);
}

const like = (test) => ({ [asymmetric]: test });
Object.assign(expect, {
  any: (kind) => like((a) => a != null && (Object(a) instanceof kind)),
  anything: () => like((a) => a != null),
  objectContaining: (part) => like((a) => contains(a, part)),
  arrayContaining: (parts) => like((a) => Array.isArray(a) && all(parts, (one) => any(a, (b) => equal(b, one)))),
  stringContaining: (part) => like((a) => String(a).includes(part)),
  stringMatching: (part) => like((a) => new RegExp(part).test(a)),
  closeTo: (b, digits) => like((a) => MATCHERS.toBeCloseTo(a, b, digits)),
  extend: (own) => {
    for (const name of Object.keys(own)) MATCHERS[name] = (...values) => Reflect.apply(own[name], { equals: equal }, values).pass;
  },
  assertions: () => {},
  hasAssertions: () => {},
});

// `jest.fn`, limited to recording calls and returning values.
function fn(action) {
  const once = [];
  let usual = action || (() => undefined);
  function mock(...values) {
    mock.mock.calls.push(values);
    const value = Reflect.apply(once.shift() || usual, this, values);
    mock.mock.results.push({ type: 'return', value });
    return value;
  }
  const becomes = (act) => { usual = act; return mock; };
  const next = (act) => { once.push(act); return mock; };
  mock.mock = { calls: [], results: [] };
  mock.mockReturnValue = (value) => becomes(() => value);
  mock.mockResolvedValue = (value) => becomes(async () => value);
  mock.mockRejectedValue = (value) => becomes(async () => { throw value; });
  mock.mockImplementation = becomes;
  mock.mockReturnValueOnce = (value) => next(() => value);
  mock.mockResolvedValueOnce = (value) => next(async () => value);
  mock.mockRejectedValueOnce = (value) => next(async () => { throw value; });
  mock.mockImplementationOnce = next;
  mock.mockClear = () => { mock.mock.calls = []; mock.mock.results = []; return mock; };
  mock.mockReset = mock.mockClear;
  mock.mockRestore = mock.mockClear;
  return mock;
}

function spyOn(object, name) {
  const original = object[name];
  const mock = fn(original);
  mock.mockRestore = () => { object[name] = original; };
  object[name] = mock;
  return mock;
}

// The `mock` of `node:test`, on top of `jest.fn`.
function nodeMock(action) {
  const mock = fn(action);
  mock.mock.callCount = () => mock.mock.calls.length;
  const record = mock.mock.calls.push;
  mock.mock.calls.push = function (values) {
    return Reflect.apply(record, this, [Object.assign(values, { arguments: [...values] })]);
  };
  return mock;
}

const mock = {
  fn: nodeMock,
  method(object, name, action = object[name]) {
    const original = object[name];
    const made = nodeMock(action);
    made.mock.restore = () => { object[name] = original; };
    object[name] = made;
    return made;
  },
  reset() {},
  restoreAll() {},
};

module.exports = { expect, mock, jest: { fn, spyOn, clearAllMocks() {}, resetAllMocks() {}, restoreAllMocks() {} } };
