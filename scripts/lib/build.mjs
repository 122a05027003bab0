// Builds dist/ from src, runtime, grammar and playground: the command line, the library, the runtime, their types, the page.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { must, root } from './run.mjs';

const inputs = [
  'src',
  'runtime',
  'grammar/cnn.ohm',
  'playground',
  'models',
  'scripts/lib',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
  'tsconfig.node.json',
  'tsconfig.build.json',
];
const stamp = 'dist/.inputs';

function* filesUnder(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) yield path;
  else for (const name of readdirSync(path).sort()) yield* filesUnder(join(path, name));
}

/** A hash over names and contents of everything that dist/ is made from. */
export function inputsHash(folder = root) {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const path of filesUnder(join(folder, input))) {
      hash
        .update(`${relative(folder, path)}\0`)
        .update(readFileSync(path))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

/** The rules in a module that Ohm wrote, without their places in the source: what src/parser/peg reads. */
function rulesIn(path, known = {}) {
  const [, text] = /makeRecipe\((\[.*\])\);/s.exec(readFileSync(path, 'utf8'));
  const bare = ([kind, , ...parts]) => [kind, ...parts.map((part) => (Array.isArray(part) ? inner(part) : part))];
  const inner = (part) => (typeof part[0] === 'string' ? bare(part) : part.map(bare));
  return Object.entries(JSON.parse(text).at(-1)).map(([name, [how, , description, parameters, body]]) => {
    if (how === 'extend') throw new Error(`rule ${name} extends another, which src/parser/peg does not know`);
    return [name, [how === 'override' ? known[name][0] : description !== null, parameters.length, bare(body)]];
  });
}

/** The parser's grammar as modules, when they are older than the grammar: Ohm's own, for the tests, and its rules as data. */
async function grammar() {
  const source = join(root, 'grammar/cnn.ohm');
  const rules = join(root, 'grammar/cnn.rules.js');
  const made = [`${source}-bundle.js`, `${source}-bundle.d.ts`, rules, rules.replace('.js', '.d.ts')];
  if (made.every((path) => existsSync(path) && statSync(path).mtimeMs >= statSync(source).mtimeMs)) return;
  const ohm = join(root, 'node_modules/@ohm-js/cli/index.js');
  await must('ohm', [process.execPath, ohm, 'generateBundles', '--esm', '--withTypes', 'grammar/cnn.ohm']);
  const builtIn = Object.fromEntries([
    ['spaces', [false, 0, ['star', ['app', 'space', []]]]],
    ['space', [true, 0, ['range', '\0', ' ']]],
    ...rulesIn(join(root, 'node_modules/ohm-js/dist/built-in-rules.js')),
  ]);
  const all = { ...builtIn, ...Object.fromEntries(rulesIn(made[0], builtIn)) };
  writeFileSync(rules, `export default ${JSON.stringify(all)};\n`);
  writeFileSync(made[3], "declare const rules: import('../src/parser/peg/rules.ts').Recipes;\nexport default rules;\n");
}

/** The runtimes that `cnnc compile --target web` puts into its modules. */
const webVariants = {
  infer: { TRAIN: 'false', FULL: 'false' },
  train: { TRAIN: 'true', FULL: 'false' },
  full: { TRAIN: 'true', FULL: 'true' },
};

/**
 * The command line: one script, which is a function of what a script has no imports for, and `cnnc.js`, which loads it with
 * the code cache of earlier runs. Without spaces: what is not in the cache takes time to read.
 */
async function program(build, node) {
  const small = { ...node, minifyWhitespace: true, minifySyntax: true };
  const { outputFiles } = await build({
    ...small,
    format: 'cjs',
    charset: 'ascii',
    entryPoints: { program: 'src/cli/bin.ts' },
    outdir: 'dist',
    define: { ...node.define, 'import.meta.url': '__here' },
    banner: { js: '(function(exports,require,module,__here,__import){' },
    footer: { js: '})' },
    write: false,
  });
  // A script has no import() of its own on all versions of Node: the launcher's is handed in.
  const text = outputFiles[0].text.replaceAll(/\bimport\(("[\w:/@-]+")\)/g, '__import($1)');
  if (/\bimport\(/.test(text)) throw new Error('dist/program.js imports what the launcher cannot load');
  writeFileSync(join(root, 'dist/program.js'), text);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  // A module that requires: imports of Node's own modules make all they export, which takes longer than loading them.
  await build({
    ...small,
    format: 'cjs',
    entryPoints: { cnnc: 'src/cli/start/launch.ts' },
    outdir: 'dist',
    define: { CNNC_BUILD: JSON.stringify(hash), 'import.meta.url': '__here' },
    banner: {
      js: `import{createRequire}from'node:module';const __here=import.meta.url,require=createRequire(__here);`,
    },
  });
  chmodSync(join(root, 'dist/cnnc.js'), 0o755);
}

async function bundles() {
  const { build } = await import('esbuild');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const common = {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    logLevel: 'error',
    define: { CNNC_VERSION: JSON.stringify(version) },
  };
  const node = {
    ...common,
    platform: 'node',
    target: 'node20',
    external: ['webgpu', 'fast-png', 'jpeg-js', 'cli-progress', '@bufbuild/protobuf'],
  };
  const browser = { ...common, platform: 'neutral', mainFields: ['module', 'main'], target: 'es2022' };
  await Promise.all([
    program(build, node),
    build({ ...node, entryPoints: { 'runtime-node': 'runtime/node.ts' }, outdir: 'dist' }),
    build({ ...browser, entryPoints: { index: 'src/index.ts', runtime: 'runtime/index.ts' }, outdir: 'dist' }),
    build({ ...browser, entryPoints: { 'runtime.min': 'runtime/index.ts' }, outdir: 'dist', minify: true }),
    ...Object.entries(webVariants).map(([name, define]) =>
      build({ ...browser, entryPoints: { [name]: 'runtime/web.ts' }, outdir: 'dist/web', minify: true, define }),
    ),
  ]);
}

async function types() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await must('tsc', [process.execPath, tsc, '-p', 'tsconfig.build.json']);
}

/** The page of `cnnc play`: static files, with the compiler and the runtime inside. */
async function playground() {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  await must('vite', [process.execPath, vite, 'build', '--config', 'playground/vite.config.ts']);
}

/** Builds what has changed since the last time; resolves with whether anything had. */
export async function buildAll({ force = false } = {}) {
  const path = join(root, stamp);
  const hash = inputsHash();
  if (!force && existsSync(path) && readFileSync(path, 'utf8') === hash) return false;
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  mkdirSync(join(root, 'dist'));
  await grammar();
  await Promise.all([bundles(), types(), playground()]);
  // The page makes web modules too.
  mkdirSync(join(root, 'dist/playground/runtime'));
  copyFileSync(join(root, 'dist/web/infer.js'), join(root, 'dist/playground/runtime/infer.js'));
  writeFileSync(path, hash);
  return true;
}
