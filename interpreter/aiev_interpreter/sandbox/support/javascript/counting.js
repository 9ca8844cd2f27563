// Counts the assertions of the tests that held, and provides an `assert` and a `console` that count.
// It is loaded before any code of the program, so it keeps Node's original functions. A failed assertion fails the
// run even if the tests catch it. Not covered: a program that changes JavaScript's built-ins.
'use strict';

const nodeAssert = require('assert');
const util = require('util');

const apply = Reflect.apply;
const AssertionError = nodeAssert.AssertionError;
const PLAIN = ['equal', 'notEqual', 'deepEqual', 'notDeepEqual', 'strictEqual', 'notStrictEqual', 'deepStrictEqual',
  'notDeepStrictEqual', 'throws', 'doesNotThrow', 'ifError', 'match', 'doesNotMatch', 'fail'];
const STRICT = { equal: 'strictEqual', notEqual: 'notStrictEqual', deepEqual: 'deepStrictEqual',
  notDeepEqual: 'notDeepStrictEqual' };

const state = { count: 0, sabotage: false, failures: [] };
let depth = 0;
let because = '';

function shown(value) {
  const text = util.inspect(value, { depth: 4, breakLength: 100 });
  return text.length <= 400 ? text : `${text.slice(0, 200)} … ${text.slice(-200)}`;
}

function failed(error) {
  state.failures.push(error);
  return error;
}

// Counts one assertion that held; under sabotage it fails.
function held() {
  if (state.sabotage) throw failed(new AssertionError({ message: 'this assertion was made to fail' }));
  state.count += 1;
}

// The same function, whose success counts once, even if it calls other assertions.
function counted(original) {
  return function (...values) {
    let result;
    depth += 1;
    try {
      result = apply(original, this, values);
    } catch (error) {
      if (depth === 1) failed(error);
      throw error;
    } finally {
      depth -= 1;
    }
    if (depth === 0) held();
    return result;
  };
}

// The same for functions that return a promise.
function countedAsync(original) {
  return async function (...values) {
    try {
      await apply(original, this, values);
    } catch (error) {
      throw failed(error);
    }
    held();
  };
}

function compare(operator, left, right) {
  const holds = {
    '==': () => left == right, '!=': () => left != right, '===': () => left === right, '!==': () => left !== right,
    '<': () => left < right, '<=': () => left <= right, '>': () => left > right, '>=': () => left >= right,
  }[operator]();
  because = holds ? '' : `left side of ${operator} is ${shown(left)}, right side is ${shown(right)}`;
  return holds;
}

function ok(...values) {
  const [value, message] = values;
  const reason = because || `the value is ${shown(value)}`;
  because = '';
  if (value) return;
  if (message instanceof Error) throw message;
  const text = message === undefined ? `assertion failed: ${reason}` : `${message}: ${reason}`;
  throw new AssertionError({ message: text, actual: value, expected: true, operator: '==' });
}

// A condition that makes the tests fail (`wanted` false) or go on (`wanted` true) when it is true. A text marks a
// failure that the tests would only print.
function guard(wanted, value, text) {
  const good = Boolean(value) === wanted;
  if (good && !state.sabotage) {
    state.count += 1;
    return value;
  }
  if (text) failed(new AssertionError({ message: `not as expected: ${text}${because ? `: ${because}` : ''}` }));
  because = '';
  return good ? !wanted : value;
}

function makeAssert(strict) {
  const assert = counted(ok);
  assert.ok = counted(ok);
  for (const name of PLAIN) assert[name] = counted(nodeAssert[(strict && STRICT[name]) || name]);
  for (const name of ['rejects', 'doesNotReject']) assert[name] = countedAsync(nodeAssert[name]);
  assert.AssertionError = AssertionError;
  assert.isTrue = counted((value, message) => nodeAssert.strictEqual(value, true, message));
  assert.isFalse = counted((value, message) => nodeAssert.strictEqual(value, false, message));
  assert.isNull = counted((value, message) => nodeAssert.strictEqual(value, null, message));
  assert.isUndefined = counted((value, message) => nodeAssert.strictEqual(value, undefined, message));
  return assert;
}

const assert = makeAssert(false);
assert.strict = makeAssert(true);
assert.strict.strict = assert.strict;

const testConsole = Object.create(console);
testConsole.assert = counted((value, ...message) => ok(value, message.length ? util.format(...message) : undefined));

module.exports = { state, assert, testConsole, counted, countedAsync, compare, guard, shown, held, AssertionError };
