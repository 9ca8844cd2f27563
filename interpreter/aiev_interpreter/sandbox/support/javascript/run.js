// Runs a program with its tests: node run.js solution.js tests.js, in the work folder.
// The program runs as a script in the global scope, so the tests see its names, and is also a module that they can
// require under any name. Invariant: the report is written only if the tests were evaluated, every test has ended,
// none failed, and the event loop is empty. The token stays in this closure. Not covered: a program that reads its
// own memory (v8, /proc/self/mem) or changes built-ins.
'use strict';

const fs = require('fs');
const path = require('path');
const vm = require('vm');
const Module = require('module');
const { state, assert, testConsole, compare, guard } = require('./counting.js');
const suite = require('./suite.js');
const { expect, jest } = require('./expect.js');

const exit = process.exit.bind(process);
const reallyWrite = fs.writeSync;
const soon = setImmediate;
const active = process.getActiveResourcesInfo.bind(process);
const IDLE = ['Immediate', 'PipeWrap', 'TTYWrap', 'SignalWrap']; // listed although they do not keep the process alive
const WORK = process.cwd();
const shownErrors = new Set();
const maps = new Map();
let evaluated = false;
let done = false;

function readLine(descriptor) {
  const text = Buffer.alloc(256);
  const size = fs.readSync(descriptor, text, 0, 256);
  fs.closeSync(descriptor);
  return text.toString('utf8', 0, size).trim().split(' ');
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

// The text to run: the transpiled file if there is one, else the file itself.
function load(name) {
  const made = path.join('build', `${name.replace(/\.\w+$/, '')}.js`);
  if (!fs.existsSync(made)) return { name, text: fs.readFileSync(name, 'utf8') };
  maps.set(name, new Module.SourceMap(JSON.parse(fs.readFileSync(`${made}.map`, 'utf8'))));
  return { name, text: fs.readFileSync(made, 'utf8') };
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

const NAMED = {
  assert, 'assert/strict': assert.strict, test: suite.nodeTest,
};
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

// The exports of the program; if it exports nothing, its top-level names.
function exported(module) {
  const value = module.exports;
  if (value === null || typeof value !== 'object' || Reflect.ownKeys(value).length) return value;
  return new Proxy(value, {
    get: (_, name) => {
      try {
        return /^[A-Za-z_$][\w$]*$/.test(String(name)) ? vm.runInThisContext(`typeof ${String(name)} === 'undefined' ? undefined : ${String(name)}`) : undefined;
      } catch {
        return undefined;
      }
    },
  });
}

function wrapped(source, names) {
  const head = `(function (${names.join(', ')}) { return (async function () { `;
  return new vm.Script(`${head}${source.text}\n}).call(module.exports); })`,
    { filename: path.join(WORK, source.name), columnOffset: -head.length });
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

async function runTests(source, solution, own) {
  const module = { exports: {} };
  const given = {
    module, exports: module.exports, require: requireFor(own, solution), __filename: path.join(WORK, source.name),
    __dirname: WORK, ...suite.jestLike, expect, jest, assert, console: testConsole, __aiev__: { compare, guard },
  };
  given.require.main = module;
  await wrapped(source, Object.keys(given)).runInThisContext()(...Object.values(given));
}

const [token, mode] = readLine(4);
const report = ownReport();
state.sabotage = mode === 'sabotage';

function finish() {
  if (done) return;
  done = true;
  if (!evaluated || suite.state.pending) fail('The tests wait for something that never comes: they did not end.');
  if (state.failures.length || suite.state.failed) {
    state.failures.slice(0, 3).forEach(show);
    exit(1);
  }
  if (process.exitCode) exit();
  reallyWrite(report, `${token} {"assertions": ${state.count}, "completed": true, "error": ""}\n`);
  exit(0);
}

process.on('uncaughtException', (error) => {
  show(error);
  fail('');
});
process.on('exit', (code) => {
  if (done) return;
  process.stderr.write('The program ended its own process before the tests were through.\n');
  process.exitCode = code || 1;
});
// Emitted by Node when nothing is left to do. If a program emits it, the event loop is not empty.
process.on('beforeExit', () => soon(() => {
  if (active().every((kind) => IDLE.includes(kind))) finish();
}));
suite.onFailure((title, error) => {
  process.stderr.write(`${title}\n`);
  show(error);
});

async function main([program, tests]) {
  const sources = [load(program), load(tests)];
  const module = new Module(path.join(WORK, program));
  module.filename = module.id;
  module.paths = Module._nodeModulePaths(WORK);
  const own = Module.createRequire(module.filename);
  await runProgram(sources[0], module, own);
  module.loaded = true;
  await runTests(sources[1], () => exported(module), own);
  suite.conclude();
  evaluated = true;
}

main(process.argv.slice(2)).catch((error) => {
  show(error);
  fail('');
});
