// Stands between the tests and the program's functions. In the mode `count`, what they return is noted; the tests'
// frames stay out of the program's reach, since a strict function is between them. Against a mutant (`raise`,
// `constant-a`, `constant-b`) functions throw, or return a constant of the kind that was noted, and data has changed.
// Invariant: a function has one stand-in, whichever way the tests get it. Not covered: functions inside the values
// that the program returns, apart from the methods of its classes.
'use strict';

const { types } = require('util');
const { isBuiltin } = require('module');

const { apply, construct, ownKeys, getPrototypeOf } = Reflect;
const { defineProperty, getOwnPropertyDescriptor: descriptorOf, create } = Object;
const textOf = Function.prototype.toString;
const then = Promise.prototype.then;
const [MOST_NOTES, MOST_KEYS, MOST_DEPTH, MOST_BYTES] = [3, 12, 3, 16384];
const BUILT_IN = new Set([globalThis, ...['events', 'stream', 'url', 'async_hooks'].map((name) => require(name))]
  .flatMap((holder) => [holder, ...Object.getOwnPropertyNames(holder).map((name) => holder[name])])
  .map((value) => value?.prototype).filter(Boolean));
const foreign = new WeakSet(); // functions and objects of Node, which a program may also name
const CONSTANTS = {
  number: [7919, -7919], string: ['aiev', '7919'], boolean: [true, false], bigint: [7919n, -7919n],
  undefined: [undefined, 7919], null: [null, 7919], symbol: [Symbol('aiev'), Symbol('7919')],
  function: [() => true, () => false],
  Date: [new Date(7919), new Date(-7919)], RegExp: [/aiev/, /7919/], Error: [new Error('aiev'), new Error('7919')],
  Map: [new Map([['aiev', 7919]]), new Map([[7919, 'aiev']])], Set: [new Set(['aiev']), new Set([7919])],
};

let mode = 'count';
let notes = Object.create(null);
const standIns = new WeakMap();
const opened = new WeakSet();
const classes = new Map();

class ChangedProgram extends Error {}

const isObject = (value) => value !== null && typeof value === 'object';
const isClass = (value) => typeof value === 'function' && /^class\b/.test(apply(textOf, value, []));
const isData = (descriptor) => descriptor !== undefined && 'value' in descriptor;

function noteMembers(holder) {
  for (const key of ownKeys(holder)) {
    const found = descriptorOf(holder, key);
    const value = key === 'promises' ? holder[key] : found.value;
    if (isObject(value) || typeof value === 'function') foreign.add(value);
  }
}

function noteGlobals() {
  noteMembers(globalThis);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value = descriptorOf(globalThis, name).value;
    if (value && foreign.has(value)) noteMembers(value);
    if (isObject(value?.prototype)) noteMembers(value.prototype);
  }
}

function noteModules() {
  for (const entry of process.moduleLoadList) {
    const name = entry.replace('NativeModule ', '');
    if (!isBuiltin(name)) continue;
    const value = require(name);
    foreign.add(value);
    noteMembers(value);
  }
}

// The kind of a value: the name of a constant, or a description of an object.
function kindOf(value, self, depth = 0) {
  if (value === null) return 'null';
  if (!isObject(value)) return typeof value;
  if (value === self) return 'this';
  if (Array.isArray(value)) return { array: value.length ? kindOf(value[0], self, depth + 1) : 'number' };
  for (const name of ['Date', 'RegExp', 'Map', 'Set']) if (value instanceof globalThis[name]) return name;
  if (types.isNativeError(value)) return 'Error';
  if (types.isPromise(value)) return { promise: 'undefined' };
  if (types.isProxy(value) || depth >= MOST_DEPTH) return { of: '', keys: {} };
  if (typeof value.next === 'function') return 'iterator';
  const keys = {};
  for (const key of Object.keys(value).slice(0, MOST_KEYS)) {
    const found = descriptorOf(value, key);
    if (isData(found)) keys[key] = kindOf(found.value, self, depth + 1);
  }
  return { of: String(getPrototypeOf(value)?.constructor?.name || ''), keys };
}

// The constant of a kind for the current mode.
function constantOf(kind, self) {
  const which = mode === 'constant-b' ? 1 : 0;
  if (kind === undefined) return CONSTANTS.number[which];
  if (kind === 'this') return self;
  if (kind === 'iterator') return [7919, -7919].slice(which)[Symbol.iterator]();
  if (typeof kind === 'string') return CONSTANTS[kind][which];
  if (kind.array) return [constantOf(kind.array), constantOf(kind.array)].slice(which);
  if (kind.promise) return Promise.resolve(constantOf(kind.promise, self));
  const made = create(classes.get(kind.of)?.prototype ?? Object.prototype);
  for (const key of ownKeys(kind.keys)) made[key] = constantOf(kind.keys[key], self);
  return made;
}

function note(path, value, self) {
  const found = notes[path] || (notes[path] = []);
  if (found.length >= MOST_NOTES) return;
  const kind = kindOf(value, self);
  found.push(kind);
  if (!kind.promise) return;
  const seen = apply(then, value, [(result) => { kind.promise = kindOf(result, self); }]);
  apply(then, seen, [undefined, () => {}]);
}

function called(path, original, self, values) {
  if (mode === 'raise') {
    const error = new ChangedProgram('the program was changed: its functions throw');
    if (notes[path]?.promise) return Promise.reject(error);
    throw error;
  }
  if (mode !== 'count') return constantOf(notes[path], self);
  const value = apply(original, self, values);
  note(path, value, self);
  return value;
}

function constructed(original, values, target) {
  if (mode === 'raise') throw new ChangedProgram('the program was changed: its constructors throw');
  const made = construct(original, values, target);
  return mode === 'count' ? made : altered(made);
}

// Replaces the data of an object by constants.
function altered(object) {
  for (const key of ownKeys(object)) {
    const found = descriptorOf(object, key);
    if (!isData(found) || typeof found.value === 'function' || !found.writable) continue;
    object[key] = constantOf(kindOf(found.value, object), object);
  }
  return object;
}

function standInFor(original, path) {
  if (standIns.has(original)) return standIns.get(original);
  const handler = {
    apply: (_, self, values) => called(path, original, self, values),
    construct: (_, values, target) => constructed(original, values, target === standIn ? original : target),
  };
  const standIn = mode === 'count' && isClass(original) ? original : new Proxy(original, handler);
  standIns.set(original, standIn).set(standIn, standIn);
  openMembers(original, path, ['length', 'name', 'prototype', 'arguments', 'caller']);
  if (isObject(original.prototype)) openClass(original, path, standIn);
  return standIn;
}

function openClass(original, path, standIn) {
  classes.set(original.name, original);
  const own = descriptorOf(original.prototype, 'constructor');
  if (own?.value === original && own.configurable) {
    defineProperty(original.prototype, 'constructor', { ...own, value: standIn });
  }
  openPrototypes(original.prototype, path);
}

function openPrototypes(first, path) {
  for (let at = first; at && !BUILT_IN.has(at); at = getPrototypeOf(at)) openMembers(at, `${path}.prototype`, ['constructor']);
}

// Puts stand-ins into an object, in place.
function openMembers(object, path, except) {
  if (opened.has(object)) return;
  opened.add(object);
  for (const key of ownKeys(object)) if (!except.includes(key)) openMember(object, key, `${path}.${String(key)}`);
}

function openMember(object, key, path) {
  const found = descriptorOf(object, key);
  if (!found.configurable && !found.writable) return;
  if (found.get) {
    const { get } = found;
    defineProperty(object, key, { ...found, get() { return called(path, get, this, []); } });
  } else if (isData(found)) {
    defineProperty(object, key, { ...found, value: open(found.value, path) });
  }
}

// What the tests get for a value of the program.
function open(value, path) {
  if (foreign.has(value)) return value;
  if (typeof value === 'function') return standInFor(value, path);
  if (!isObject(value)) return mode === 'count' || value === undefined ? value : constantOf(kindOf(value));
  if (types.isProxy(value) || types.isModuleNamespaceObject(value)) return value;
  const proto = getPrototypeOf(value);
  const plain = proto === null || proto === Object.prototype;
  if (plain || !BUILT_IN.has(proto)) {
    const loose = Object.isFrozen(value) ? create(proto, thawed(value)) : value;
    openPrototypes(plain ? null : proto, path);
    openMembers(loose, path, []);
    return loose;
  }
  return mode === 'count' ? value : constantOf(kindOf(value));
}

function thawed(object) {
  const found = Object.getOwnPropertyDescriptors(object);
  for (const key of ownKeys(found)) Object.assign(found[key], { configurable: true }, isData(found[key]) && { writable: true });
  return found;
}

// Sets the mode, before the program is loaded. `text` has the notes of the run in the mode `count`, as `noted` wrote them.
function begin(wanted, text) {
  mode = wanted === 'sabotage' ? 'count' : wanted;
  noteGlobals();
  if (mode !== 'count' && text) {
    try {
      notes = JSON.parse(text);
    } catch {
      notes = {};
    }
  }
}

// The most frequent kind of what each function returned.
function noted() {
  if (mode !== 'count') return '';
  const kinds = {};
  for (const path of ownKeys(notes)) {
    const count = (kind) => notes[path].filter((one) => JSON.stringify(one) === JSON.stringify(kind)).length;
    kinds[path] = notes[path].reduce((best, one) => (count(one) > count(best) ? one : best));
  }
  const text = JSON.stringify(kinds);
  return text.length > MOST_BYTES ? '' : text;
}

module.exports = { begin, noteModules, open, openMember, noted };
