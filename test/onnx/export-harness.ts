// Exports a text, and says how far the file's output is from that of cnnc: run by onnxruntime, and read back by cnnc itself.
import { type Compiled, type CompileOptions, compile } from '../../src/compile.ts';
import type { Source } from '../../src/diagnostics/types.ts';
import { convertModel } from '../../src/interop/onnx/convert.ts';
import { decodeModel, type OnnxModel, type OnnxTensor } from '../../src/interop/onnx/decode.ts';
import { type Exported, exportOnnx, type Layout } from '../../src/interop/onnx/export/index.ts';
import { reference } from '../../src/interop/onnx/prepare.ts';
import { type Graph, interpret, isOp, sizeOf, type Tensor } from '../../src/ir/index.ts';
import { leavesOf } from '../support/leaves.ts';
import { readImport } from '../support/models.ts';
import { onnxruntime } from '../support/onnxruntime.ts';

export interface Case {
  readonly compiled: Compiled;
  readonly graph: Graph;
  readonly leaves: ReadonlyMap<string, Tensor>;
}

export function prepared(source: Source, options: CompileOptions = {}): Case {
  const compiled = compile(source, { read: readImport, inferOnly: true, batch: 3, ...options });
  if (!compiled.plan) throw new Error(compiled.diagnostics.map((d) => `${d.code} ${d.message}`).join('\n'));
  const graph = compiled.stages?.get('infer after for-inference') as Graph;
  return { compiled, graph, leaves: leavesOf(graph, compiled.plan, 5, 10) };
}

export const exported = ({ graph, leaves }: Case, layout: Layout = 'nchw', opset = 17): Exported =>
  exportOnnx(graph, new Map([...leaves].map(([id, { data }]) => [id, Float32Array.from(data)])), {
    layout,
    opset,
    producerVersion: 'test',
    doc: '',
    metadata: {},
    outputName: 'output',
  });

/** A tensor with its channels behind the batch. */
export function channelsFirst({ shape, data }: Tensor): Tensor {
  if (shape.length < 3) return { shape, data };
  const [n, c] = [shape[0] as number, shape.at(-1) as number];
  const places = sizeOf(shape) / n / c;
  const out = new Float64Array(data.length);
  for (let b = 0; b < n; b++)
    for (let p = 0; p < places; p++)
      for (let k = 0; k < c; k++) out[(b * c + k) * places + p] = data[(b * places + p) * c + k] as number;
  return { shape: [n, c, ...shape.slice(1, -1)], data: out };
}

const part = ({ shape, data }: Tensor, n: number): Tensor => ({
  shape: [n, ...shape.slice(1)],
  data: data.slice(0, (n * data.length) / (shape[0] as number)),
});

/** The largest difference, as a part of the largest value where that is above 1; infinite when shapes differ. */
export function difference(found: Tensor, expected: Tensor): number {
  if (found.shape.join() !== expected.shape.join()) return Number.POSITIVE_INFINITY;
  let most = 0;
  let largest = 1;
  expected.data.forEach((v, i) => {
    most = Math.max(most, Math.abs(v - (found.data[i] as number)) || (Number.isNaN(found.data[i]) ? Infinity : 0));
    largest = Math.max(largest, Math.abs(v));
  });
  return most / largest;
}

export interface Found {
  readonly model: OnnxModel;
  /** Of onnxruntime for the whole batch, and for one picture of it; of cnnc that reads the file back, for one picture. */
  readonly whole: number;
  readonly single: number;
  readonly back: number;
}

/** What cnnc computes for the batch, in double precision. */
export function expectedOf({ graph, leaves }: Case): { readonly input: Tensor; readonly output: Tensor } {
  const { outputs } = interpret(graph, {
    leaves,
    step: new Map([
      ['seed', 1],
      ['step', 1],
      ['count', 3],
      ['pictures', 3],
    ]),
  });
  const [output] = [...outputs.values()];
  const input = graph.nodes.find((n) => isOp(n, 'input'))!;
  return { input: leaves.get(input.id) as Tensor, output: output as Tensor };
}

export async function compared(given: Case, layout: Layout = 'nchw', opset = 17): Promise<Found> {
  const { bytes } = exported(given, layout, opset);
  const { input, output } = expectedOf(given);
  const order = (t: Tensor): Tensor => (layout === 'nchw' ? channelsFirst(t) : t);
  const [x, y] = [order(input), order(output)];
  const [whole, single] = await onnxruntime(bytes, [x, part(x, 1)]);
  const model = decodeModel(bytes, 'test.onnx');
  const one = part(x, 1);
  const feed: OnnxTensor = { name: 'input', dims: one.shape, type: 'float', values: one.data };
  const read = convertModel(model, new Map([['input', feed]]), 'test.onnx');
  const again = reference(read).get('output')!;
  const dims = read.outputs.get('output')!.dims;
  return {
    model,
    whole: difference(whole!, y),
    single: difference(single!, part(y, 1)),
    back: difference({ shape: dims, data: Float64Array.from(again) }, part(y, 1)),
  };
}
