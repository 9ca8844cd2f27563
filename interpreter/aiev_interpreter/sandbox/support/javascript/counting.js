// Counts the assertions of the tests that held, by line, and provides an `assert` and a `console` that count.
// It is loaded before any code of the program, so it keeps Node's original functions. A failed assertion fails the
// run even if the tests catch it. With a changed program (a *mutant*) no failed assertion ends the tests.
// Not covered: a program that reads the memory of its own process.
'use strict';

const nodeAssert = require('assert');
const util = require('util');
const intact = require('./intact.js');

const apply = Reflect.apply;
const isProxy = util.types.isProxy;
const AssertionError = nodeAssert.AssertionError;
const PLAIN = ['equal', 'notEqual', 'deepEqual', 'notDeepEqual', 'strictEqual', 'notStrictEqual', 'deepStrictEqual',
  'notDeepStrictEqual', 'throws', 'doesNotThrow', 'ifError', 'match', 'doesNotMatch', 'fail'];
const STRICT = { equal: 'strictEqual', notEqual: 'notStrictEqual', deepEqual: 'deepStrictEqual',
  notDeepEqual: 'notDeepStrictEqual' };
const [CHECKED_ALWAYS, CHECKED_EVERY] = [500, 100]; // assertions, since a check of the built-ins costs as much as 20

const state = { mode: 'count', mutant: false, count: 0, failures: [], sites: new Map() };
const nothing = [];
let depth = 0;
let because = '';
let place = 0;
let missed = false;

function shown(value) {
  const text = util.inspect(value, { depth: 4, breakLength: 100 });
  return text.length <= 400 ? text : `${text.slice(0, 200)} … ${text.slice(-200)}`;
}

function failed(error) {
  state.failures.push(error);
  return error;
}

// Fails the run if a built-in function is not what it was before the program was loaded.
function checkBuiltins() {
  const name = state.mutant ? '' : intact.replaced();
  if (name) throw failed(new AssertionError({ message: `${name} was replaced: the tests rely on it, use another name` }));
}

// Counts one assertion that held; under sabotage it fails.
function held(line = place) {
  place = 0;
  if (state.mode === 'sabotage') throw failed(new AssertionError({ message: 'this assertion was made to fail' }));
  if (state.count < CHECKED_ALWAYS || state.count % CHECKED_EVERY === 0) checkBuiltins();
  state.count += 1;
  state.sites.set(line, (state.sites.get(line) || 0) + 1);
}

// The same function, whose success counts once, even if it calls other assertions.
function counted(original) {
  return function (...values) {
    const line = place;
    let result;
    depth += 1;
    try {
      result = apply(original, this, values);
    } catch (error) {
      if (depth > 1) throw error;
      if (state.mutant) return undefined;
      throw failed(error);
    } finally {
      depth -= 1;
    }
    if (depth === 0) held(line);
    return result;
  };
}

// The same for functions that return a promise.
function countedAsync(original) {
  return async function (...values) {
    const line = place;
    try {
      await apply(original, this, values);
    } catch (error) {
      if (state.mutant) return;
      throw failed(error);
    }
    held(line);
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
  const reason = because || `the value is ${isProxy(value) ? 'a Proxy' : shown(value)}`;
  because = '';
  if (value && !isProxy(value)) return;
  if (message instanceof Error) throw message;
  const text = message === undefined ? `assertion failed: ${reason}` : `${message}: ${reason}`;
  throw new AssertionError({ message: text, actual: value, expected: true, operator: '==' });
}

// A condition that makes the tests fail (`wanted` false) or go on (`wanted` true) when it is true. A text marks a
// failure that the tests would only print.
function guard(line, wanted, value, text) {
  const good = Boolean(value) === wanted && !(wanted && isProxy(value));
  if (good && state.mode !== 'sabotage') {
    held(line);
    return value;
  }
  if (state.mutant) return wanted;
  if (text) failed(new AssertionError({ message: `not as expected: ${text}${because ? `: ${because}` : ''}` }));
  because = '';
  return !wanted;
}

// What the tests are given under the name `__aiev__`.
const judge = {
  compare,
  guard,
  // Notes the line of the assertion that is called next. Spread after its arguments, it adds none.
  line(number) {
    place = number;
    return nothing;
  },
  // Evaluates one assertion on its own: against a mutant, an exception in it does not end the tests.
  alone(action, instead) {
    try {
      return action();
    } catch (error) {
      if (!state.mutant || depth) throw error;
      return instead;
    }
  },
  async awaited(action, instead) {
    try {
      return await action();
    } catch (error) {
      if (!state.mutant || depth) throw error;
      return instead;
    }
  },
  // `try { f(); missed(); throw … } catch { caught(); … }`: an error that the tests expect.
  missed() {
    missed = true;
  },
  caught(line) {
    if (!missed) held(line);
    missed = false;
  },
};

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

const says = counted((value, ...message) => ok(value, message.length ? util.format(...message) : undefined));
const testConsole = new Proxy(console, { get: (target, name) => (name === 'assert' ? says : target[name]) });

module.exports = { state, judge, assert, testConsole, counted, countedAsync, checkBuiltins, shown, AssertionError };
