// What exporters write as several nodes and cnnc has as one layer: gated and smooth activations, layer normalisation.
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../decode.ts';

interface Reader {
  /** The node that makes a value, when it is of this operator and only read where the pattern reads it. */
  made(value: string, op: string, reads?: number): OnnxNode | undefined;
  /** The only number of a known value. */
  number(value: string): number | undefined;
}

const near = (a: number | undefined, b: number): boolean => a !== undefined && Math.abs(a - b) <= 1e-4 * Math.abs(b);

/** The operand of a node that is not a known number, with that number; for operators whose operands may be exchanged. */
function withNumber(r: Reader, node: OnnxNode): { value: string; number: number } | undefined {
  const [a = '', b = ''] = node.inputs;
  const [p, q] = [r.number(a), r.number(b)];
  if (q !== undefined) return { value: a, number: q };
  return p === undefined ? undefined : { value: b, number: p };
}

interface Found {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes?: readonly (readonly [string, OnnxAttribute])[];
  /** The nodes that it stands for, beside the last one. */
  readonly instead: readonly OnnxNode[];
}

const number = (name: string, value: number): readonly [string, OnnxAttribute] => [name, { kind: 'number', value }];

/** x gate(x): Swish, HardSwish, Mish. */
function gated(r: Reader, node: OnnxNode): Found | undefined {
  if (node.op !== 'Mul') return undefined;
  for (const [x, gate] of [node.inputs, [...node.inputs].reverse()] as [string, string][]) {
    const sigmoid = r.made(gate, 'Sigmoid');
    if (sigmoid?.inputs[0] === x) return { op: 'Swish', inputs: [x], instead: [sigmoid] };
    const hard = r.made(gate, 'HardSigmoid');
    const alpha = hard?.attributes.get('alpha');
    const beta = hard?.attributes.get('beta');
    const half = beta === undefined || (beta.kind === 'number' && near(beta.value, 0.5));
    if (hard?.inputs[0] === x && alpha?.kind === 'number' && near(alpha.value, 1 / 6) && half)
      return { op: 'HardSwish', inputs: [x], instead: [hard] };
    const tanh = r.made(gate, 'Tanh');
    const soft = tanh && r.made(tanh.inputs[0] as string, 'Softplus');
    if (tanh && soft?.inputs[0] === x) return { op: 'Mish', inputs: [x], instead: [tanh, soft] };
  }
  return undefined;
}

/** x relu6(x + 3) / 6, before HardSwish was an operator. */
function hardSwish(r: Reader, node: OnnxNode): Found | undefined {
  const part = node.op === 'Div' || node.op === 'Mul' ? withNumber(r, node) : undefined;
  if (!part || !near(part.number, node.op === 'Div' ? 6 : 1 / 6)) return undefined;
  const product = r.made(part.value, 'Mul');
  for (const [x, gate] of product ? ([product.inputs, [...product.inputs].reverse()] as [string, string][]) : []) {
    const clip = r.made(gate, 'Clip');
    const sum = clip && r.made(clip.inputs[0] as string, 'Add');
    const moved = sum && withNumber(r, sum);
    const bound = (i: number, name: string): number | undefined => {
      const a = clip?.attributes.get(name);
      return a?.kind === 'number' ? a.value : r.number(clip?.inputs[i] ?? '');
    };
    if (clip && sum && moved?.value === x && near(moved.number, 3) && bound(1, 'min') === 0 && near(bound(2, 'max'), 6))
      return { op: 'HardSwish', inputs: [x], instead: [product as OnnxNode, clip, sum] };
  }
  return undefined;
}

/** x (1 + erf(x / sqrt(2))) / 2, whose factors stand in several orders. */
function gelu(r: Reader, node: OnnxNode): Found | undefined {
  if (node.op !== 'Mul') return undefined;
  // 1. Three factors: x, one half, and 1 + erf.
  const inner = node.inputs.map((value) => r.made(value, 'Mul')).find((n) => n !== undefined);
  const factors = inner ? [...node.inputs.filter((v) => v !== inner.outputs[0]), ...inner.inputs] : [];
  const half = factors.find((v) => near(r.number(v), 0.5));
  const sum = factors.map((v) => r.made(v, 'Add')).find((n) => n !== undefined);
  const x = factors.find((v) => v !== half && v !== sum?.outputs[0]);
  const one = sum && withNumber(r, sum);
  // 2. 1 + erf(x / sqrt(2)).
  const erf = one && near(one.number, 1) ? r.made(one.value, 'Erf') : undefined;
  const scaled = erf && (r.made(erf.inputs[0] as string, 'Div') ?? r.made(erf.inputs[0] as string, 'Mul'));
  const part = scaled && withNumber(r, scaled);
  if (!inner || !sum || !erf || !scaled || !part || part.value !== x || factors.length !== 3) return undefined;
  if (!near(part.number, scaled.op === 'Div' ? Math.SQRT2 : Math.SQRT1_2)) return undefined;
  return { op: 'Gelu', inputs: [x], instead: [inner, sum, erf, scaled] };
}

const axisOf = (node: OnnxNode | undefined, r: Reader): number | undefined => {
  const axes = node?.attributes.get('axes');
  if (axes?.kind === 'numbers') return axes.value.length === 1 ? axes.value[0] : undefined;
  return r.number(node?.inputs[1] ?? '');
};

/** (x - mean) / sqrt(mean of (x - mean)^2 + epsilon) scale + offset along one axis, as PyTorch wrote it before version 17. */
function layerNorm(r: Reader, node: OnnxNode): Found | undefined {
  const scaled = node.op === 'Add' ? r.made(node.inputs[0] as string, 'Mul') : undefined;
  const unit = scaled && r.made(scaled.inputs[0] as string, 'Div');
  const centred = unit && r.made(unit.inputs[0] as string, 'Sub', 2);
  const mean = centred && r.made(centred.inputs[1] as string, 'ReduceMean');
  const root = unit && r.made(unit.inputs[1] as string, 'Sqrt');
  const safe = root && r.made(root.inputs[0] as string, 'Add');
  const epsilon = safe && withNumber(r, safe);
  const variance = epsilon && r.made(epsilon.value, 'ReduceMean');
  const squares = variance && r.made(variance.inputs[0] as string, 'Pow');
  if (!scaled || !unit || !centred || !mean || !root || !safe || !epsilon || !variance || !squares) return undefined;
  const [x = ''] = centred.inputs;
  const [axis, other] = [axisOf(mean, r), axisOf(variance, r)];
  const fits =
    mean.inputs[0] === x && squares.inputs[0] === centred.outputs[0] && r.number(squares.inputs[1] ?? '') === 2;
  if (!fits || axis === undefined || axis !== other) return undefined;
  const [gamma = '', beta = ''] = [scaled.inputs[1], node.inputs[1]];
  return {
    op: 'LayerNormalization',
    inputs: [x, gamma, beta],
    attributes: [number('axis', axis), number('epsilon', epsilon.number)],
    instead: [scaled, unit, centred, mean, root, safe, variance, squares],
  };
}

const patterns = [gated, hardSwish, gelu, layerNorm];

/** The numbers that nodes `Constant` give. */
function constants(model: OnnxModel): Map<string, OnnxTensor> {
  const found = new Map(model.initializers);
  for (const { op, attributes, outputs } of model.nodes) {
    const value = op === 'Constant' ? attributes.get('value') : undefined;
    if (value?.kind === 'tensor') found.set(outputs[0] as string, value.value);
    const single = op === 'Constant' ? (attributes.get('value_float') ?? attributes.get('value_int')) : undefined;
    const name = outputs[0] as string;
    if (single?.kind === 'number') found.set(name, { name, dims: [], type: 'float', values: [single.value] });
  }
  return found;
}

/** The model with each pattern as one node, which keeps the name and place of the last one it stands for. */
export function fusePatterns(model: OnnxModel): OnnxModel {
  const known = constants(model);
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
  const reads = new Map<string, number>(model.outputs.map(({ name }) => [name, 1]));
  for (const { inputs } of model.nodes) for (const value of inputs) reads.set(value, (reads.get(value) ?? 0) + 1);
  const gone = new Set<OnnxNode>();
  const reader: Reader = {
    made: (value, op, times = 1) => {
      const node = makers.get(value);
      return node?.op === op && node.domain === '' && reads.get(value) === times ? node : undefined;
    },
    number: (value) => {
      const t = known.get(value);
      return t?.values.length === 1 ? t.values[0] : undefined;
    },
  };
  const replaced = model.nodes.map((node): OnnxNode => {
    if (node.domain !== '') return node;
    for (const pattern of patterns) {
      const found = pattern(reader, node);
      if (!found || found.instead.some((n) => gone.has(n))) continue;
      for (const n of found.instead) gone.add(n);
      return { ...node, op: found.op, inputs: found.inputs, attributes: new Map(found.attributes ?? []) };
    }
    return node;
  });
  return { ...model, nodes: replaced.filter((_, i) => !gone.has(model.nodes[i] as OnnxNode)) };
}
