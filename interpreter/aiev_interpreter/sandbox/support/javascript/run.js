// Runs a program with its tests: node run.js solution.js tests.js, in the work folder.
// The program runs as a script in the global scope, so the tests see its names, and is also a module that they can
// require under any name. Invariants: the report is written only if the tests were evaluated, every test has ended,
// none failed, and the event loop is empty; against a mutant it is always written. The token stays in this closure,
// and so does the text of the tests, whose files are removed before the program is loaded. Not covered: a program
// that reads its own memory (/proc/self/mem).
'use strict';

const fs = require('fs');
const path = require('path');
const vm = require('vm');
const Module = require('module');
const { state, judge, assert, testConsole, checkBuiltins } = require('./counting.js');
const intact = require('./intact.js');
const stubs = require('./stubs.js');
const suite = require('./suite.js');
const { expect, jest } = require('./expect.js');

const exit = process.exit.bind(process);
const reallyWrite = fs.writeSync;
const soon = setImmediate;
const active = process.getActiveResourcesInfo.bind(process);
const IDLE = ['Immediate', 'PipeWrap', 'TTYWrap', 'SignalWrap']; // listed although they do not keep the process alive
const WORK = process.cwd();
const SOURCE = 'tests.source'; // the tests as they were written
const shownErrors = new Set();
const maps = new Map();
let testLines = [];
let evaluated = false;
let done = false;

function readLine(descriptor) {
  const text = fs.readFileSync(descriptor, 'utf8').trimEnd();
  fs.closeSync(descriptor);
  return /^(\S+) (\S+) ?(.*)$/s.exec(text).slice(1);
}

// Moves the report pipe to another number, which children do not inherit.
function ownReport() {
  try {
    const moved = fs.openSync('/proc/self/fd/3', 'w');
    fs.closeSync(3);
    return moved;
  } catch {
    return 3;
  }
}

// The text to run: the transpiled file if there is one, else the file itself. `secret` files are removed.
function load(name, secret) {
  const made = path.join('build', `${name.replace(/\.\w+$/, '')}.js`);
  const files = fs.existsSync(made) ? [made, `${made}.map`] : [name];
  const [text, map] = files.map((file) => fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  if (map) maps.set(name, new Module.SourceMap(JSON.parse(map)));
  if (secret) for (const file of [name, ...files]) fs.rmSync(file, { force: true });
  return { name, text };
}

// A stack with only the frames of program and tests, at the lines of their sources.
function readable(stack) {
  const lines = stack.split('\n').filter((line) => !/^\s+at /.test(line) || line.includes(WORK));
  return lines.join('\n').split(`${WORK}/`).join('').replace(/\b(\w+\.\w+):(\d+):(\d+)/g, (whole, name, line, column) => {
    const entry = maps.has(name) ? maps.get(name).findEntry(line - 1, column - 1) : {};
    return entry.originalLine === undefined ? whole : `${name}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

function show(error) {
  if (shownErrors.has(error)) return;
  shownErrors.add(error);
  const stack = error && typeof error.stack === 'string' ? error.stack : `Uncaught ${String(error)}`;
  process.stderr.write(`${readable(stack)}\n`);
}

function fail(words) {
  done = true;
  if (words) process.stderr.write(`${words}\n`);
  exit(1);
}

// The tests' `process`: they may end themselves, which the program may not.
const testProcess = new Proxy(process, {
  get: (target, name) => (name === 'exit' ? leave : target[name]),
});

function leave(code = process.exitCode) {
  if (Number(code || 0) !== 0 && !state.mutant) {
    state.failures.forEach(show);
    fail('');
  }
  evaluated = true;
  finish();
}

const NAMED = { assert, 'assert/strict': assert.strict, test: suite.nodeTest, process: testProcess };
const FRAMEWORKS = ['chai', '@jest/globals', 'vitest', 'mocha', 'jest', 'expect', 'bun:test'];
const framework = { ...suite.jestLike, expect, jest, assert, vi: jest, default: undefined };
framework.default = Object.assign((value) => expect(value), framework, expect);

// The tests' `require`: counting modules, Node's modules, and the program for every other name.
function requireFor(own, solution) {
  const find = (name) => {
    const plain = String(name).replace(/^node:/, '');
    if (Object.hasOwn(NAMED, plain)) return NAMED[plain];
    if (FRAMEWORKS.includes(plain)) return plain === 'expect' ? expect : framework;
    if (Module.builtinModules.includes(plain)) return own(name);
    try {
      const at = own.resolve(name);
      return at.startsWith(WORK) && /^(solution|tests)\.\w+$/.test(path.basename(at)) ? solution() : own(name);
    } catch {
      return solution();
    }
  };
  return Object.assign(find, { resolve: own.resolve, cache: own.cache });
}

// The names that the program has declared in the global scope, with what the tests get for them.
function declared(text, known) {
  const names = new Set([...text.matchAll(/\b(?:function\s*\*?|class|const|let|var)\s+([A-Za-z_$][\w$]*)/g)].map((found) => found[1]));
  for (const name of Object.getOwnPropertyNames(globalThis)) names.add(name);
  const found = {};
  for (const name of names) {
    if (known.has(name) || !/^[A-Za-z_$][\w$]*$/.test(name)) continue;
    const value = globally(name);
    const given = value === undefined ? value : stubs.open(value, name);
    if (given !== value || typeof value === 'function') found[name] = given;
  }
  return found;
}

// The value of a global name; undefined if there is none.
function globally(name) {
  try {
    return vm.runInThisContext(`typeof ${name} === 'undefined' ? undefined : ${name}`);
  } catch {
    return undefined;
  }
}

// The exports of the program; if it exports nothing, its top-level names.
function exported(module, names) {
  const value = module.exports;
  if (value === null || typeof value !== 'object' || Reflect.ownKeys(value).length) return stubs.open(value, 'exports');
  return new Proxy(value, {
    get: (_, name) => (Object.hasOwn(names, name) ? names[name] : globally(String(name))),
  });
}

function wrapped(source, names) {
  const head = `(function (${names.join(', ')}) { return (async function () { `;
  return new vm.Script(`${head}${source.text}\n}).call(module.exports); })`,
    { filename: path.join(WORK, source.name), columnOffset: -head.length });
}

// Hides the harness's modules from the program.
function hide() {
  for (const name of Object.keys(require.cache)) delete require.cache[name];
  module.children.length = 0;
  process.mainModule = new Module(path.join(WORK, 'main.js'));
}

// Runs the program as a script; with a `return` or `await` at its top level, it runs as the body of a function.
async function runProgram(source, module, own) {
  const filename = path.join(WORK, source.name);
  const given = { module, exports: module.exports, require: own, __filename: filename, __dirname: WORK };
  let script;
  try {
    script = new vm.Script(source.text, { filename });
  } catch (error) {
    let body;
    try {
      body = wrapped(source, Object.keys(given));
    } catch {
      throw error;
    }
    await body.runInThisContext()(...Object.values(given));
    return;
  }
  for (const [name, value] of Object.entries(given)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  script.runInThisContext();
}

async function runTests(source, solution, own, names) {
  const module = { exports: {} };
  const given = {
    ...names, module, exports: module.exports, require: requireFor(own, solution), __filename: path.join(WORK, source.name),
    __dirname: WORK, ...suite.jestLike, expect, jest, assert, console: testConsole, process: testProcess, __aiev__: judge,
  };
  given.require.main = module;
  await wrapped(source, Object.keys(given)).runInThisContext()(...Object.values(given));
}

const [token, mode, notes] = readLine(4);
const report = ownReport();
state.mode = mode;
state.mutant = mode !== 'count' && mode !== 'sabotage';
stubs.begin(mode, notes);

function finish() {
  if (done) return;
  if (!state.mutant) {
    if (!evaluated || suite.state.pending) fail('The tests wait for something that never comes: they did not end.');
    try {
      checkBuiltins();
    } catch {
      // noted as a failure
    }
    if (state.failures.length || suite.state.failed) {
      state.failures.slice(0, 3).forEach(show);
      fail('');
    }
    if (process.exitCode) fail('');
  }
  done = true;
  const sites = [...state.sites].map(([line, held]) => [line, (testLines[line - 1] || 'an assertion').trim().slice(0, 200), held]);
  const found = { assertions: state.count, completed: true, error: '', sites, notes: stubs.noted() };
  const text = JSON.stringify(found).replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  reallyWrite(report, `${token} ${text}\n`);
  exit(0);
}

process.on('uncaughtException', (error) => {
  if (state.mutant) return;
  show(error);
  fail('');
});
process.on('exit', (code) => {
  if (done) return;
  if (state.mutant) finish();
  process.stderr.write('The program ended its own process before the tests were through.\n');
  process.exitCode = code || 1;
});
// Emitted by Node when nothing is left to do. If a program emits it, the event loop is not empty.
process.on('beforeExit', () => soon(() => {
  if (active().every((kind) => IDLE.includes(kind))) finish();
}));
suite.onFailure((title, error) => {
  if (state.mutant) return;
  process.stderr.write(`${title}\n`);
  show(error);
});

async function main([program, tests]) {
  const sources = [load(program, false), load(tests, true)];
  testLines = fs.readFileSync(SOURCE, 'utf8').split('\n');
  fs.rmSync(SOURCE);
  const module = new Module(path.join(WORK, program));
  module.filename = module.id;
  module.paths = Module._nodeModulePaths(WORK);
  hide();
  const own = Module.createRequire(module.filename);
  const known = new Set(Object.getOwnPropertyNames(globalThis));
  await runProgram(sources[0], module, own);
  module.loaded = true;
  checkBuiltins();
  stubs.noteModules();
  for (const [label, holder, key] of intact.added()) stubs.openMember(holder, key, `${label}.${String(key)}`);
  const names = declared(sources[0].text, new Set([...known, 'module', 'exports', 'require', '__filename', '__dirname']));
  const solution = exported(module, names);
  try {
    await runTests(sources[1], () => solution, own, names);
  } catch (error) {
    if (!state.mutant) throw error;
  }
  suite.conclude();
  evaluated = true;
}

main(process.argv.slice(2)).catch((error) => {
  show(error);
  fail('');
});
