// ONNX graphs imported: each model of cnnc gives in double precision what the graph gives, read by other code (run-onnx).
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/diagnostics/index.ts';
import { convertModel } from '../../src/interop/onnx/convert.ts';
import { decodeModel } from '../../src/interop/onnx/decode.ts';
import { importOnnx } from '../../src/interop/onnx/import/model.ts';
import { reference } from '../../src/interop/onnx/prepare.ts';
import { importCases, random, refusedCases } from './import-cases.ts';
import { channelsLast, onReference } from './imported.ts';
import { modelBytes } from './model-bytes.ts';

/** Single spaces, so that lines are compared and not their columns. */
const plain = (text: string): string => text.replace(/ +/g, ' ');

describe('imported graphs', () => {
  test.each(importCases.map((c) => [c.title, c] as const))('%s', async (_, { graph, lines }) => {
    const bytes = modelBytes(graph);
    const imported = importOnnx(bytes, 'network', 'network.onnx');
    for (const line of lines) expect(plain(imported.text)).toContain(line);
    const dims = (graph.inputs[0]?.dims ?? []).map((d) => (typeof d === 'number' ? d : 1));
    const x = { ...random('x', dims), name: 'x', type: 'float' };
    // 1. As ONNX has it; for a larger batch its first picture.
    const converted = convertModel(decodeModel(bytes, 'network.onnx'), new Map([['x', x]]), 'network.onnx');
    const [output = ''] = graph.outputs;
    const values = reference(converted).get(output) ?? [];
    const whole = converted.outputs.get(output)?.dims ?? [];
    const one = Array.from(values).slice(0, values.length / (dims[0] as number));
    const last = /^input (\S+)/m.exec(plain(imported.text).replace(/^ +/gm, ''))?.[1];
    const asItIs = last === dims.slice(1).join('x');
    const wanted = asItIs ? one : channelsLast({ dims: [1, ...whole.slice(1)], values: one });
    // 2. As cnnc has it.
    const picture = { dims: [1, ...dims.slice(1)], values: x.values.slice(0, x.values.length / (dims[0] as number)) };
    const input = asItIs ? Float32Array.from(picture.values) : channelsLast(picture);
    const found = await onReference(imported, input);
    expect(found.length).toBe(wanted.length);
    const off = Math.max(
      ...Array.from(found, (v, i) => Math.abs(v - (wanted[i] as number)) / (1 + Math.abs(wanted[i] as number))),
    );
    expect(off).toBeLessThan(1e-5);
  });
});

describe('what has no counterpart is refused', () => {
  test.each(refusedCases.map((c) => [c.title, c] as const))('%s', (_, { graph, says }) => {
    let said = '';
    try {
      importOnnx(modelBytes(graph), 'network', 'network.onnx');
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      said = error.message;
    }
    expect(said).toContain(says);
  });
});
