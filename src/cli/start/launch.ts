#!/usr/bin/env node
// The program `cnnc`, as npm links it: loads the whole of it, which lies beside this file, with the code cache of the command.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { codeCache } from './code-cache.ts';

/** A hash of dist/program.js; the build puts it in. */
declare const CNNC_BUILD: string;

/** dist/program.js: a function, so that nothing of it is global. */
type Program = (
  exports: object,
  require: NodeJS.Require,
  module: object,
  here: string,
  load: (name: string) => Promise<unknown>,
) => void;

// Compiled code that was not used for a while stays, or a long command would leave none of its first seconds.
setFlagsFromString('--no-flush-bytecode');

const path = fileURLToPath(new URL('./program.js', import.meta.url));
const cache = codeCache(process.env, CNNC_BUILD, process.argv[2]);
// The build writes ASCII, which takes no decoding.
const script = new Script(readFileSync(path, 'latin1'), {
  filename: path,
  ...(cache.found ? { cachedData: cache.found as Buffer } : {}),
});
const run = script.runInThisContext() as Program;
const exports = {} as { readonly done: Promise<void> };
run(exports, createRequire(import.meta.url), { exports }, import.meta.url, (name) => import(name));
await exports.done;
if (!cache.found || script.cachedDataRejected) cache.keep(script.createCachedData());
