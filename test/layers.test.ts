// Who may import whom: the table of the architecture as an allow-list, checked against every import there is.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './support/need.ts';

/** First match wins. A name with a slash at its end is a folder; `types X` allows `import type` only. */
const table: readonly (readonly [from: string, may: readonly string[]])[] = [
  ['runtime/node.ts', ['runtime/', 'webgpu', 'node:fs']],
  ['runtime/', ['runtime/']],
  ['src/diagnostics/', ['src/diagnostics/']],
  ['src/parser/', ['src/parser/', 'src/diagnostics/', 'grammar/']],
  // The same random bits on the device, in the reference and in the runtime; halves are rounded as the runtime rounds them.
  ['src/ir/', ['src/ir/', 'src/diagnostics/', 'runtime/random.ts', 'runtime/half.ts', 'types runtime/plan.ts']],
  ['src/layers/', ['src/layers/', 'src/ir/', 'src/diagnostics/', 'src/parser/print.ts', 'types src/parser/']],
  [
    'src/training/',
    [
      'src/training/',
      'src/layers/',
      'src/ir/',
      'src/diagnostics/',
      'types src/parser/',
      'types src/passes/',
      'types runtime/plan.ts',
    ],
  ],
  [
    // Halves are rounded as the runtime rounds them.
    'src/passes/',
    [
      'src/passes/',
      'src/ir/',
      'src/layers/',
      'src/training/',
      'src/schedule/',
      'src/diagnostics/',
      'runtime/half.ts',
      'types src/parser/',
      'types runtime/plan.ts',
    ],
  ],
  ['src/schedule/', ['src/schedule/', 'src/ir/', 'types runtime/plan.ts']],
  ['src/codegen/', ['src/codegen/', 'src/ir/', 'src/schedule/', 'src/diagnostics/', 'types runtime/plan.ts']],
  ['src/data/node/', ['src/', 'runtime/', 'node:', 'fast-png', 'jpeg-js']],
  ['src/interop/node/', ['src/', 'runtime/', 'node:', 'fast-png', 'jpeg-js']],
  ['src/interop/onnx/', ['src/', 'runtime/', '@bufbuild/protobuf', '@bufbuild/protobuf/codegenv2']],
  ['src/interop/tensorboard/', ['src/', 'runtime/', 'fast-png', '@bufbuild/protobuf', '@bufbuild/protobuf/codegenv2']],
  ['src/interop/', ['src/', 'runtime/', 'fast-png', 'jpeg-js']],
  // The arrays of an NPZ file are deflated; the browser reads them too.
  ['src/data/', ['src/', 'runtime/', 'fflate']],
  // 'cnnc/runtime' stands in the module that `compile` writes.
  ['src/cli/', ['src/', 'runtime/', 'scripts/lib/', 'node:', 'asciichart', 'cli-progress', 'cnnc/runtime']],
  ['src/graphics/', ['src/', 'types runtime/plan.ts', 'd3-scale', 'd3-shape', 'd3-scale-chromatic']],
  ['src/reference/', ['src/', 'runtime/']],
  ['src/explain/', ['src/', 'runtime/']],
  ['src/', ['src/', 'types runtime/plan.ts']],
  ['playground/vite.config.ts', ['vite', 'node:']],
  // A page: everything of src that knows no Node.
  [
    'playground/',
    [
      'playground/',
      'runtime/',
      ...['codegen', 'data', 'diagnostics', 'explain', 'graphics', 'interop', 'ir', 'layers', 'passes', 'training'].map(
        (folder) => `src/${folder}/`,
      ),
      // Pure, and on its way out of the command line.
      'src/cli/web/pack.ts',
      'src/compile.ts',
      'src/format.ts',
      'src/summary.ts',
      '@codemirror/',
      '@lezer/',
    ],
  ],
];

const allFiles = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));

const importForm = /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

/** An import's target as a path in the project, or a package name; `types` in front when only types come. */
function targetOf(file: string, specifier: string, typesOnly: boolean): string {
  const bare = !specifier.startsWith('.');
  const target = bare ? specifier : relative(root, join(root, dirname(file), specifier));
  if (!bare && !existsSync(join(root, target))) throw new Error(`${file} imports ${specifier}, which does not exist`);
  const name = bare && builtinModules.includes(specifier) ? `node:${specifier}` : target;
  return typesOnly ? `types ${name}` : name;
}

function allowed(target: string, may: readonly string[]): boolean {
  const plain = target.replace(/^types /, '');
  return may.some((rule) => {
    if (rule.startsWith('types ') && !target.startsWith('types ')) return false;
    const name = rule.replace(/^types /, '');
    return name.endsWith('/') || name.endsWith(':') ? plain.startsWith(name) : plain === name;
  });
}

test('imports keep to the table', () => {
  const files = [...allFiles('src'), ...allFiles('runtime'), ...allFiles('playground')];
  const broken: string[] = [];
  let seen = 0;
  for (const file of files) {
    const may = table.find(([from]) => (from.endsWith('/') ? file.startsWith(from) : file === from))?.[1] ?? [];
    for (const [, type, from, dynamic] of readFileSync(join(root, file), 'utf8').matchAll(importForm)) {
      seen++;
      const target = targetOf(file, (from ?? dynamic) as string, type !== undefined);
      if (!allowed(target, may)) broken.push(`${file} -> ${target}`);
    }
  }
  expect(seen).toBeGreaterThan(files.length);
  expect(broken).toEqual([]);
});
