// The cases of the ONNX backend tests, run on the device: those that pass, and the others by reason, as docs/onnx.md has it.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCase } from '../../src/cli/onnx-case.ts';
import { Failure } from '../../src/diagnostics/index.ts';
import { compareTensors } from '../../src/interop/onnx/cases.ts';
import { convertModel } from '../../src/interop/onnx/convert.ts';
import { execute } from '../../src/interop/onnx/execute.ts';
import { converters } from '../../src/interop/onnx/operators/index.ts';
import { withDevice } from '../support/adapter.ts';
import { expectGolden } from '../support/golden.ts';
import { quietIo } from '../support/io.ts';
import { needConformance } from '../support/need.ts';
import { runnable, slow } from '../support/targets.ts';

const folder = needConformance();
const opened = await withDevice();
const io = quietIo(folder ?? '.');
const nodeCases = folder ? readdirSync(join(folder, 'onnx-node')).sort() : [];
const networks = folder ? readdirSync(join(folder, 'onnx-light')).filter((n) => n.endsWith('.onnx')) : [];

/** What is wrong with a case on the device: nothing, the first output that differs, or why it cannot be expressed. */
async function outcome(path: string): Promise<{ wrong?: string; refused?: string }> {
  try {
    const one = await readCase(io, path);
    for (const set of one.sets) {
      const converted = convertModel(one.model, set.inputs, path);
      const found = await execute(converted, opened!.device, runnable(opened).includes('cpu') ? 'cpu' : undefined);
      for (const [i, { name }] of one.model.outputs.entries()) {
        const value = converted.outputs.get(name)!;
        const compared = compareTensors(name, value.dims, found.get(name) ?? [], set.expected[i]!);
        if (!compared.ok) return { wrong: `${name}: ${compared.reason ?? `off by ${compared.largestAbsolute}`}` };
      }
    }
    return {};
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [message = ''] = error.diagnostics.map((d) => d.message);
    return { refused: message.replace(/^node "[^"]*" \(([^)]*)\) cannot be expressed: /, '$1: ') };
  }
}

describe.skipIf(!opened || !folder)('cases of the ONNX backend tests', () => {
  test('cases of one operator', { timeout: 600_000 }, async () => {
    const wrong: string[] = [];
    const refused = new Map<string, string[]>();
    for (const name of nodeCases) {
      const found = await outcome(join('onnx-node', name));
      if (found.wrong) wrong.push(`${name}: ${found.wrong}`);
      if (found.refused) refused.set(found.refused, [...(refused.get(found.refused) ?? []), name]);
    }
    expect(wrong).toEqual([]);
    const missing = [...refused.values()].reduce((n, names) => n + names.length, 0);
    const passed = nodeCases.length - missing;
    expect(passed / nodeCases.length).toBeGreaterThan(0.85);
    const table = [
      '| reason | cases |',
      '|---|---|',
      ...[...refused].sort().map(([reason, names]) => `| ${reason} | ${names.map((n) => `\`${n}\``).join(', ')} |`),
    ];
    const operators = Object.keys(converters).sort();
    const lines = [
      '# ONNX',
      '',
      '`cnnc run-onnx CASE` runs a case of the ONNX backend tests and compares its outputs. This page is written by the tests.',
      '',
      `Of ${nodeCases.length} cases of one operator ${passed} pass on the device, within rtol 1e-3 and atol 1e-7.`,
      ...(missing === 0 ? [] : ['The others are refused, none gives other numbers:', '', ...table]),
      '',
      `The ${networks.length} networks of the same tests give their outputs: ${networks.map((n) => n.replace('.onnx', '')).join(', ')}.`,
      '',
      '## Operators',
      '',
      `${operators.map((name) => `\`${name}\``).join(', ')}.`,
      '',
      'From version 1 on, with the attributes of old versions (`broadcast`, `axis`, `is_test`, `consumed_inputs`). Arithmetic on shapes and',
      'other known whole numbers is done when compiling. Computed in float32.',
      '',
      '## Refused',
      '',
      'A node that cannot be expressed is refused with its name, its operator and the reason; nothing is changed silently. Among these are:',
      '',
      '- other tensors than float32, float64, whole numbers and bool; weights in files of their own;',
      '- sizes, axes, bounds, labels, exponents and indices that the graph computes from its float inputs;',
      '- dropout while training, whose random numbers are not specified; more than three spatial dimensions;',
      '- indices of the largest of more than 64 elements; subgraphs (`If`, `Loop`), sequences and texts.',
    ];
    expectGolden('docs/onnx.md', `${lines.join('\n')}\n`);
  });

  // All of them take minutes on a software adapter: CNNC_SLOW=1.
  const run = networks.filter((name) => slow || /squeezenet|shufflenet|resnet50/.test(name));
  test.each(run)('%s', { timeout: 300_000 }, async (name) => {
    expect(await outcome(join('onnx-light', name))).toEqual({});
  });
});

describe.skipIf(!folder)('networks of the ONNX backend tests', () => {
  test('the folder of cases is complete', () => {
    expect(existsSync(join(folder!, 'manifest.json'))).toBe(true);
    expect(networks.length).toBe(9);
  });

  test.each(networks)('%s: channels stay last', { timeout: 60_000 }, async (name) => {
    const one = await readCase(io, join('onnx-light', name));
    const { graph } = convertModel(one.model, one.sets[0]!.inputs, name);
    const transposes = graph.nodes.filter(({ op }) => op === 'transpose').map(({ id }) => id);
    // The input, before fully connected layers, and one for each shuffle of channels.
    const shuffles = one.model.nodes.filter(({ op }) => op === 'Transpose').length;
    expect(transposes.length).toBeLessThanOrEqual(2 + shuffles);
  });
});
