// Random graphs of all operations that shapes allow, for properties that every graph must have.
import fc from 'fast-check';
import {
  type Builder,
  builder,
  emit,
  type Graph,
  type Node,
  type OpName,
  type Shape,
  sameShape,
  sizeOf,
  verify,
  windowOutput,
} from '../../src/ir/index.ts';

const init = { kind: 'constant', value: 0 } as const;
const LARGEST = 600;

/** A list of choices becomes a graph: each choice picks an operation and its operands among what is there. */
export const randomGraph: fc.Arbitrary<Graph> = fc
  .array(fc.tuple(fc.nat(23), fc.nat(1000), fc.nat(1000), fc.nat(1000)), { minLength: 3, maxLength: 25 })
  .map(fromChoices);

function fromChoices(choices: readonly (readonly [number, number, number, number])[]): Graph {
  const b = builder();
  const values: Node[] = [emit(b, 'input', [], { shape: [2, 6, 5, 4] }, 'x')];
  const seed = emit(b, 'step', [], { field: { name: 'seed', type: 'u32' } }, 'seed');
  const step = emit(b, 'step', [], { field: { name: 'step', type: 'u32' } }, 'step');
  choices.forEach((choice, i) => {
    const made = next(b, values, seed, step, choice, `v${i}`);
    if (made && sizeOf(made.type.shape) <= LARGEST) values.push(made);
  });
  const computed = values.filter((v) => v.inputs.length > 0);
  const last = computed[computed.length - 1] ?? emit(b, 'neg', [values[0] as Node], {}, 'last');
  b.effect({ kind: 'output', name: 'output', value: last });
  const [, extra = 0] = choices[0] ?? [];
  const other = computed[extra % Math.max(1, computed.length)];
  if (other && extra % 3 > 0) b.effect({ kind: 'output', name: 'other', value: other });
  if (extra % 4 > 0)
    b.effect({
      kind: 'accumulate',
      metric: 'sum',
      value: computed[(extra * 7) % Math.max(1, computed.length)] ?? last,
    });
  return verify(b.finish('random'), 'random');
}

const parameter = (b: Builder, shape: Shape, name: string): Node =>
  emit(b, 'parameter', [], { shape, init, trainable: true }, `${name}.p`);

function next(
  b: Builder,
  values: readonly Node[],
  seed: Node,
  step: Node,
  [kind, p, q, r]: readonly [number, number, number, number],
  name: string,
): Node | undefined {
  // Later values more often, so that graphs grow deep.
  const pick = (n: number): Node =>
    values[values.length - 1 - Math.min(n % values.length, (n >> 3) % values.length)] as Node;
  const x = pick(p);
  const { shape } = x.type;
  const [n = 1, h = 1, w = 1, c = 1] = shape;
  const attrs = { stride: [1 + (q % 2), 1], padding: [q % 3 === 0 ? 1 : 0, 0, r % 2, 0], dilation: [1, 1] } as const;
  const unary = (['relu', 'tanh', 'sigmoid', 'neg'] as const)[q % 4] as OpName;
  switch (kind) {
    case 0:
    case 1:
    case 2:
      return emit(b, unary, [x], {} as never, name);
    case 3:
    case 4:
    case 5: {
      const same = values.filter((v) => sameShape(v.type.shape, shape));
      return emit(
        b,
        (['add', 'sub', 'mul'] as const)[r % 3] as OpName,
        [x, same[q % same.length] as Node],
        {} as never,
        name,
      );
    }
    case 6:
      return emit(
        b,
        (['add', 'mul'] as const)[r % 2] as OpName,
        [x, parameter(b, shape.slice(-1), name)],
        {} as never,
        name,
      );
    case 7:
      return emit(
        b,
        (['mul', 'add', 'sub', 'div'] as const)[r % 4] as OpName,
        [x, b.scalar([1, 0, 2, 1][q % 4] || 1)],
        {} as never,
        name,
      );
    case 8:
      return emit(b, 'add', [x, b.scalar(0)], {}, name);
    case 9:
    case 10: {
      if (shape.length !== 4) return undefined;
      const k = [1 + (q % 3), 1 + (r % 3)] as const;
      const groups = p % 3 === 0 && c % 2 === 0 ? (p % 2 === 0 ? 2 : c) : 1;
      if (kind === 10 && q % 2 === 0) {
        // A transposed convolution: of x, seen as what a convolution gave, to the picture that it may have read.
        const size = [h, w].map((n, i) => (n - 1) * (attrs.stride[i] ?? 1) + (k[i] ?? 1)) as [number, number];
        const filters = groups * (1 + (r % 3));
        const kernel = parameter(b, [...k, filters / groups, c], name);
        const plain = { stride: attrs.stride, padding: [0, 0, 0, 0], dilation: [1, 1], groups } as const;
        return emit(b, 'conv2d_dx', [x, kernel], { ...plain, shape: [n, ...size, filters] }, name);
      }
      const [oh, ow] = windowOutput([h, w], k, attrs);
      const kernel = (): Node => parameter(b, [...k, c / groups, groups * (1 + (r % 5))], name);
      return oh < 1 || ow < 1 ? undefined : emit(b, 'conv2d', [x, kernel()], { ...attrs, groups }, name);
    }
    case 11: {
      if (shape.length !== 4) return undefined;
      const pool = {
        window: [2, 2],
        stride: [1 + (q % 2), 1 + (r % 2)],
        padding: [0, 0, 0, 0],
        dilation: [1, 1],
      } as const;
      const [oh, ow] = windowOutput([h, w], pool.window, pool);
      return oh < 1 || ow < 1 ? undefined : emit(b, q % 3 === 0 ? 'avgpool2d' : 'maxpool2d', [x], pool, name);
    }
    case 12:
      return shape.length < 2 ? undefined : emit(b, 'reshape', [x], { shape: [n, sizeOf(shape) / n] }, name);
    case 13:
      return shape.length !== 2
        ? undefined
        : emit(b, 'matmul', [x, parameter(b, [h, 1 + (q % 9)], name)], { transposeA: false, transposeB: false }, name);
    case 14: {
      const other = values.filter((v) => v.type.shape.length === 2 && v.type.shape[0] === n);
      return shape.length !== 2 || other.length === 0
        ? undefined
        : emit(b, 'matmul', [x, other[q % other.length] as Node], { transposeA: true, transposeB: false }, name);
    }
    case 15:
      return shape.length < 2
        ? undefined
        : emit(b, 'sum', [x], { axes: q % 2 === 0 ? shape.slice(1).map((_, i) => i) : [shape.length - 1] }, name);
    case 16:
      return shape.length < 2 ? undefined : emit(b, 'softmax', [x], {}, name);
    case 17: {
      const axis = r % shape.length;
      const other = values.filter(
        ({ type: { shape: s } }) => s.length === shape.length && s.every((m, i) => i === axis || m === shape[i]),
      );
      const many = Array.from({ length: 1 + (q % 8) }, (_, i) => other[(q + i) % other.length] as Node);
      return shape.length === 0 ? undefined : emit(b, 'concat', many, { axis }, name);
    }
    case 18: {
      const size = shape.map((m, i) => 1 + ((q >> i) % m));
      const begin = shape.map((m, i) => (r >> i) % (m - (size[i] as number) + 1));
      return emit(b, 'slice', [x], { begin, size }, name);
    }
    case 19: {
      const before = shape.map((_, i) => (q >> i) % 2);
      const after = shape.map((_, i) => (i === shape.length - 1 ? (r % 3) * 2 : (r >> i) % 2));
      return emit(b, 'pad_zeros', [x], { before, after }, name);
    }
    case 20: {
      const axes = shape.map((_, i) => i);
      const perm = axes.map((i) => axes[(i + q) % axes.length] as number);
      return r % 2 === 0
        ? emit(b, 'transpose', [x], { perm }, name)
        : emit(b, 'reverse', [x], { axes: axes.filter((i) => (q >> i) % 2 === 1) }, name);
    }
    case 21: {
      const mode = r % 2 === 0 ? 'nearest' : 'bilinear';
      return shape.length !== 4
        ? undefined
        : emit(b, 'resize2d', [x], { size: [1 + (q % 9), 1 + ((q >> 3) % 9)], mode }, name);
    }
    case 22: {
      const most = Math.min(h, w) - 1;
      const side = (i: number): number => (q >> i) % Math.min(3, most + 1);
      return shape.length !== 4
        ? undefined
        : emit(
            b,
            'pad2d',
            [x],
            { mode: r % 2 === 0 ? 'reflect' : 'edge', padding: [side(0), side(2), side(4), side(6)] },
            name,
          );
    }
    default:
      return emit(b, 'dropout', [x, seed, step], { rate: (q % 3) / 4, stream: r }, name);
  }
}
