// docs/import.md names all operators and layers that are imported, and no others.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importers as keras } from '../../src/interop/keras/layers.ts';
import { importers as onnx } from '../../src/interop/onnx/import/index.ts';
import { root } from '../support/need.ts';

test.each([
  ['Operators:', onnx],
  ['Layers:', keras],
])('%s', (start, importers) => {
  const text = readFileSync(join(root, 'docs/import.md'), 'utf8');
  const list = text.slice(text.indexOf(start)).split(/[;.]\s/)[0] ?? '';
  const named = [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(named.sort()).toEqual(Object.keys(importers).sort());
});
