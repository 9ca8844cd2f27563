// `describe`, `it`, `test` and their hooks, for tests in the style of Jest, Mocha and `node:test`.
// Tests run one after another in the order of their definition; a failed test does not stop the others.
// Not covered: `only` (all run), timeouts of single tests, reporters.
'use strict';

const util = require('util');
const { mock } = require('./expect.js');

const HOOKS = ['before', 'after', 'beforeEach', 'afterEach'];
const state = { pending: 0, failed: 0 };
let queue = Promise.resolve();
let report = () => {};

class Block {
  constructor(name, parent) {
    this.name = name;
    this.parent = parent;
    this.begun = false;
    for (const hook of HOOKS) this[hook] = [];
  }

  get line() {
    return this.parent ? [...this.parent.line, this] : [this];
  }

  get title() {
    return this.line.slice(1).map((block) => block.name);
  }
}

const top = new Block('', null);
let current = top;

// Calls a test or a hook, which takes no argument, a `done` callback, or the context of `node:test`.
function call(action, context) {
  if (context) return action(context);
  if (action.length === 0) return action();
  return new Promise((resolve, reject) => {
    const result = action((error) => (error ? reject(error) : resolve()));
    if (result && typeof result.then === 'function') result.then(resolve, reject);
  });
}

function contextOf(title) {
  const hook = (name) => (action) => { top[name].push(action); };
  const context = { name: title, mock, diagnostic() {}, skip() {}, todo() {}, plan() {}, subtests: [] };
  context.test = (name, ...rest) => {
    const done = guarded([title, name].join(' > '), rest[rest.length - 1], contextOf([title, name].join(' > ')));
    context.subtests.push(done);
    return done;
  };
  context.it = context.test;
  for (const name of HOOKS) context[name] = hook(name);
  return context;
}

async function guarded(title, action, context) {
  state.pending += 1;
  try {
    await call(action, context);
    if (context) await Promise.all(context.subtests);
  } catch (error) {
    state.failed += 1;
    report(`FAILED ${title}`, error);
  }
  state.pending -= 1;
}

async function run(block, name, action, withContext) {
  const title = [...block.title, name].join(' > ');
  await guarded(title, async () => {
    for (const one of block.line) {
      if (!one.begun) {
        one.begun = true;
        for (const hook of one.before) await call(hook);
      }
    }
    for (const one of block.line) for (const hook of one.beforeEach) await call(hook);
    try {
      const context = withContext ? contextOf(title) : null;
      await call(action, context);
      if (context) await Promise.all(context.subtests);
    } finally {
      for (const one of block.line.reverse()) for (const hook of one.afterEach) await call(hook);
    }
  });
}

function enqueue(step) {
  state.pending += 1;
  queue = queue.then(step).then(() => { state.pending -= 1; });
  return queue;
}

function define(withContext) {
  const test = (name, ...rest) => {
    const block = current;
    const [label, action] = typeof name === 'function' ? [name.name, name] : [name, rest.find((one) => typeof one === 'function')];
    if (!action) return Promise.resolve();
    return enqueue(() => run(block, String(label), action, withContext));
  };
  return variants(test);
}

function describe(name, ...rest) {
  const body = rest.find((one) => typeof one === 'function');
  const outer = current;
  const block = new Block(String(name), outer);
  current = block;
  try {
    if (body) body();
  } finally {
    current = outer;
  }
  return enqueue(() => guarded(block.title.join(' > '), async () => {
    for (const hook of block.after) await call(hook);
  }));
}

// The rows of a table that is written as a template: its heading, and its cells one after another.
function rowsOf(heading, cells) {
  const names = heading.split('|').map((name) => name.trim());
  const rows = [];
  for (let at = 0; at < cells.length; at += names.length) {
    rows.push(Object.fromEntries(names.map((name, place) => [name, cells[at + place]])));
  }
  return rows;
}

function each(definer) {
  return (table, ...cells) => (name, action) => {
    for (const row of table.raw ? rowsOf(table[0], cells) : table) {
      const values = Array.isArray(row) ? row : [row];
      definer(util.format(String(name), ...values), () => action(...values));
    }
  };
}

function variants(definer) {
  definer.only = (...values) => definer(...values);
  definer.skip = () => Promise.resolve();
  definer.todo = definer.skip;
  definer.each = each(definer);
  definer.only.each = definer.each;
  definer.skip.each = () => () => {};
  return definer;
}

variants(describe);
const hooks = {};
for (const [name, kind] of [['before', 'before'], ['beforeAll', 'before'], ['after', 'after'], ['afterAll', 'after'],
  ['beforeEach', 'beforeEach'], ['afterEach', 'afterEach'], ['setup', 'beforeEach'], ['teardown', 'afterEach']]) {
  hooks[name] = (...values) => { current[kind].push(values.find((one) => typeof one === 'function')); };
}

const jestLike = { describe, context: describe, suite: describe, test: define(false), it: define(false), ...hooks };
const nodeTest = define(true);
Object.assign(nodeTest, { test: nodeTest, it: nodeTest, describe, suite: describe, mock, ...hooks });

// Runs the file's `after` hooks after all of its tests.
function conclude() {
  if (!top.after.length) return;
  enqueue(() => guarded('after all', async () => {
    for (const hook of top.after) await call(hook);
  }));
}

module.exports = { jestLike, nodeTest, state, conclude, onFailure(action) { report = action; } };
