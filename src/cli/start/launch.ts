#!/usr/bin/env node
// The program `cnnc`, as npm links it: loads the whole of it, which lies beside this file, with the code cache of the command.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { codeCache } from './code-cache.ts';

/** A hash of dist/program.js; the build puts it in. */
declare const CNNC_BUILD: string;

/** dist/program.js: a function, so that nothing of it is global. */
type Program = (
  exports: object,
  require: (name: string) => unknown,
  module: object,
  here: string,
  load: (name: string) => Promise<unknown>,
) => void;

/** Parts of Node that take milliseconds to load, and that most commands do not need: loaded when they are first used. */
const late: ReadonlySet<string> = new Set(['node:crypto', 'node:zlib', 'node:child_process']);
const requireLate = (name: string): unknown =>
  late.has(name) ? new Proxy({}, { get: (_, key) => Reflect.get(require(name), key) as unknown }) : require(name);

const path = fileURLToPath(new URL('./program.js', import.meta.url));
const cache = codeCache(process.env, CNNC_BUILD, process.argv[2]);
// The build writes ASCII, which takes no decoding.
const script = new Script(readFileSync(path, 'latin1'), {
  filename: path,
  ...(cache.found ? { cachedData: cache.found as Buffer } : {}),
});
const missing = !cache.found || script.cachedDataRejected === true;
// V8 forgets compiled code that was not used for a while: a long command would leave nothing of its first seconds. Flags are
// part of what V8 compares, so that this one is set back before the code is taken.
const flag = (text: string): void => (require('node:v8') as typeof import('node:v8')).setFlagsFromString(text);
if (missing && cache.keep) flag('--no-flush-bytecode');

const run = script.runInThisContext() as Program;
const loaded = { exports: {} };
run(loaded.exports, requireLate, loaded, import.meta.url, (name) => import(name));
void (loaded.exports as { readonly done: Promise<void> }).done.then(() => {
  if (!missing || !cache.keep) return;
  flag('--flush-bytecode');
  cache.keep(script.createCachedData());
});
