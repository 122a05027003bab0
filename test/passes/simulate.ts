// Runs a schedule in double precision as the device does: kernel after kernel, every value at its place in one memory.
import { expect } from 'vitest';
import type { View } from '../../runtime/plan.ts';
import {
  interpret,
  isFree,
  isOp,
  type Node,
  opDef,
  referenceOf,
  sizeOf,
  storageOf,
  type Tensor,
} from '../../src/ir/index.ts';
import type { Scheduled } from '../../src/schedule/index.ts';

/** What lies in memory after all kernels, compared with the interpreter: outputs, sums, new parameters and slots. */
export function simulate(
  { fused, memory }: Scheduled,
  leaves: ReadonlyMap<string, Tensor>,
  step: ReadonlyMap<string, number>,
): void {
  const { graph, groups } = fused;
  const buffers = new Map<string, Float64Array>();
  const part = (view: View): Float64Array => {
    const needed = (view.offset + view.bytes) / 4;
    const known = buffers.get(view.buffer) ?? new Float64Array(0);
    // What nobody wrote is not a number, so that reading it shows.
    const grown = known.length >= needed ? known : new Float64Array(needed * 2).fill(Number.NaN);
    if (grown !== known) grown.set(known);
    buffers.set(view.buffer, grown);
    return grown.subarray(view.offset / 4, view.offset / 4 + view.bytes / 4);
  };
  const place = (node: Node): View => {
    const view = memory.places.get(node);
    if (!view) throw new Error(`%${node.id} has no place`);
    return view;
  };
  for (const node of graph.nodes)
    if (leaves.has(node.id) && memory.places.has(node)) part(place(node)).set((leaves.get(node.id) as Tensor).data);
  const metrics = new Map<string, number>();
  for (const group of groups) {
    const values = new Map<Node, Tensor>();
    const inside = new Set(group.nodes);
    const read = (node: Node): Tensor => {
      const known = values.get(node);
      if (known) return known;
      const storage = storageOf(node);
      const { shape } = node.type;
      if (isOp(storage, 'step') || (isOp(storage, 'constant') && sizeOf(shape) === 1))
        return { shape, data: referenceOf(opDef(storage.op))([], storage.attrs as never, storage.type, { step }) };
      if (values.has(storage)) return { shape, data: (values.get(storage) as Tensor).data };
      expect(
        inside.has(storage) && group.family !== 'update',
        `${group.name} reads %${storage.id} before it computes it`,
      ).toBe(false);
      expect(group.inputs, `${group.name} lists %${storage.id}`).toContain(storage);
      return { shape, data: part(place(storage)).slice() };
    };
    for (const node of group.nodes) {
      expect(isFree(node), `%${node.id} in a kernel`).toBe(false);
      values.set(node, {
        shape: node.type.shape,
        data: referenceOf(opDef(node.op))(node.inputs.map(read), node.attrs, node.type, { step }),
      });
    }
    for (const output of group.outputs) part(place(output)).set((values.get(output) as Tensor).data);
    for (const e of group.effects) {
      const value = read(e.value).data;
      if (e.kind === 'assign') part(place(e.target as unknown as Node)).set(value);
      else if (e.kind === 'accumulate')
        metrics.set(e.metric, (metrics.get(e.metric) ?? 0) + value.reduce((a, b) => a + b, 0));
    }
  }
  const expected = interpret(graph, { leaves, step });
  const close = (got: ArrayLike<number>, want: ArrayLike<number>, what: string): void => {
    expect(got.length, what).toBe(want.length);
    for (let i = 0; i < want.length; i++) {
      const [g, w] = [got[i] as number, want[i] as number];
      if (!(Math.abs(g - w) <= 1e-9 * Math.max(1, Math.abs(w)))) expect(g, `${what}[${i}]`).toBe(w);
    }
  };
  for (const e of graph.effects) {
    if (e.kind === 'output')
      close(part(place(storageOf(e.value))), (expected.outputs.get(e.name) as Tensor).data, e.name);
    if (e.kind === 'assign')
      close(part(place(e.target as unknown as Node)), (expected.assigned.get(e.target.id) as Tensor).data, e.target.id);
  }
  for (const [name, value] of expected.metrics) close([metrics.get(name) ?? Number.NaN], [value], name);
}
