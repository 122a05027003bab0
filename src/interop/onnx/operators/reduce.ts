// Reductions over axes, softmax and its kin, norms over axes.
import { emit, type Node, sizeOf } from '../../../ir/index.ts';
import type { Convert, Converter } from '../convert.ts';
import { alongAxis, asRows, axisOf, maxOver, productOver, reducedShape, reshapeTo, sumOver } from './axes.ts';

/** Axes are an attribute before version 18 (13 for ReduceSum), an input since; none means all of them. */
function axesOf(c: Convert): { axes: number[]; keep: boolean } {
  const { dims } = c.input(0);
  const given = c.has(1) ? c.numbers(1, 'the axes') : [...(c.numberList('axes') ?? [])];
  const keep = c.number('keepdims', 1) !== 0;
  const all = dims.map((_, i) => i);
  if (given.length === 0) return { axes: c.number('noop_with_empty_axes', 0) !== 0 ? [] : all, keep };
  return { axes: given.map((axis) => axisOf(c, axis, dims.length)).sort((a, b) => a - b), keep };
}

type Fold = (c: Convert, x: Node, axes: readonly number[], keep: boolean) => Node;

const reduce =
  (
    fold: Fold,
    before?: (c: Convert, x: Node) => Node,
    after?: (c: Convert, y: Node, terms: number) => Node,
    empty = 0,
  ): Converter =>
  (c) => {
    const x = c.input(0);
    const { axes, keep } = axesOf(c);
    if (x.dims.includes(0)) {
      const dims = reducedShape(x.dims, axes, keep);
      return c.known({ dims, type: x.type, values: new Float32Array(sizeOf(dims)).fill(empty) });
    }
    const terms = axes.reduce((n, axis) => n * (x.dims[axis] as number), 1);
    const prepared = before ? before(c, x.plain()) : x.plain();
    const folded = axes.length === 0 ? prepared : fold(c, prepared, axes, keep);
    return c.plain(after ? after(c, folded, terms) : folded);
  };

const square = (c: Convert, x: Node): Node => c.emit('mul', [x, x], {}, '.squares');
const log = (c: Convert, x: Node): Node => c.emit('log', [x], {});
const minOver: Fold = (c, x, axes, keep) => {
  const negative = emit(c.b, 'neg', [x], {}, `${c.name}.negative`);
  return emit(c.b, 'neg', [maxOver(c, negative, axes, keep)], {}, `${c.name}.min`);
};

/** log(sum(exp(x))), stable: the largest is taken out first. */
const logSumExp: Fold = (c, x, axes, keep) => {
  const largest = maxOver(c, x, axes, true);
  const shifted = emit(c.b, 'exp', [emit(c.b, 'sub', [x, largest], {}, `${c.name}.shifted`)], {}, `${c.name}.exp`);
  const sum = emit(c.b, 'log', [sumOver(c, shifted, axes, true)], {}, `${c.name}.log`);
  const y = emit(c.b, 'add', [sum, largest], {}, `${c.name}.total`);
  return reshapeTo(c, y, reducedShape(x.type.shape, axes, keep), '.shape');
};

/** Softmax and log-softmax: before version 13 over all dimensions from `axis` on, taken as one; since then over one axis. */
const rowwise =
  (of: (c: Convert, rows: Node) => Node): Converter =>
  (c) => {
    const x = c.input(0);
    const { dims } = x;
    const given = c.number('axis', c.opset >= 13 ? -1 : 1);
    // Before version 13 a vector may be taken as rows of one element.
    const axis = c.opset < 13 && given === dims.length ? given : axisOf(c, given, dims.length);
    const axes = c.opset >= 13 ? [axis] : dims.map((_, i) => i).slice(axis);
    const { rows, kept } = asRows(c, x.plain(), axes);
    const y = of(c, rows);
    const order = [...kept, ...axes];
    const moved = reshapeTo(
      c,
      y,
      order.map((i) => dims[i] as number),
      '.shape',
    );
    const perm = dims.map((_, i) => order.indexOf(i));
    return c.plain(
      perm.every((p, i) => p === i) ? moved : emit(c.b, 'transpose', [moved], { perm }, `${c.name}.placed`),
    );
  };

/** x - largest - log(sum of exp): of rows. */
export const logSoftmaxRows = (c: Convert, rows: Node): Node =>
  emit(c.b, 'sub', [rows, logSumExp(c, rows, [1], true)], {}, `${c.name}.log_softmax`);

/** 1 at the first largest of each row: as large as the largest, with none such before it. */
const hardmax = (c: Convert, rows: Node): Node => {
  const width = rows.type.shape[1] as number;
  const less = c.emit('greater', [maxOver(c, rows, [1], true), rows], {}, '.less');
  const is = c.emit('sub', [c.b.scalar(1), less], {}, '.is');
  const earlier = Array.from({ length: width }, (_, j) => Array.from({ length: width }, (_, i) => (i < j ? 1 : 0)));
  const count =
    width === 1 ? c.emit('mul', [is, c.b.scalar(0)], {}, '.none') : alongAxis(c, is, 1, earlier, '.earlier');
  return c.emit('mul', [is, c.emit('greater', [c.b.scalar(0.5), count], {}, '.first')], {}, '.hard');
};

const lpNormalization: Converter = (c) => {
  const x = c.input(0).plain();
  const axis = axisOf(c, c.number('axis', -1), x.type.shape.length);
  const p = c.number('p', 2);
  const powers = p === 1 ? c.emit('abs', [x], {}, '.abs') : square(c, x);
  const sum = sumOver(c, powers, [axis], true);
  const norm = p === 1 ? sum : c.emit('sqrt', [sum], {}, '.norm');
  // A row of zeros stays zeros.
  const zero = c.emit('sub', [c.b.scalar(1), c.emit('sign', [norm], {}, '.nonzero')], {}, '.zero');
  return c.plain(c.emit('div', [x, c.emit('add', [norm, zero], {}, '.safe')], {}));
};

export const reductions: Readonly<Record<string, Converter>> = {
  ReduceSum: reduce((c, x, axes, keep) => sumOver(c, x, axes, keep)),
  ReduceMean: reduce(
    (c, x, axes, keep) => sumOver(c, x, axes, keep),
    undefined,
    (c, y, terms) => c.emit('mul', [y, c.b.scalar(1 / terms)], {}),
  ),
  ReduceMax: reduce(maxOver, undefined, undefined, Number.NEGATIVE_INFINITY),
  ReduceMin: reduce(minOver, undefined, undefined, Number.POSITIVE_INFINITY),
  ReduceProd: reduce(productOver, undefined, undefined, 1),
  ReduceL1: reduce(
    (c, x, axes, keep) => sumOver(c, x, axes, keep),
    (c, x) => c.emit('abs', [x], {}, '.abs'),
  ),
  ReduceL2: reduce(
    (c, x, axes, keep) => sumOver(c, x, axes, keep),
    square,
    (c, y) => c.emit('sqrt', [y], {}),
  ),
  ReduceSumSquare: reduce((c, x, axes, keep) => sumOver(c, x, axes, keep), square),
  ReduceLogSum: reduce((c, x, axes, keep) => sumOver(c, x, axes, keep), undefined, log, Number.NEGATIVE_INFINITY),
  ReduceLogSumExp: reduce(logSumExp, undefined, undefined, Number.NEGATIVE_INFINITY),
  Softmax: rowwise((c, rows) => emit(c.b, 'softmax', [rows], {}, `${c.name}.softmax`)),
  LogSoftmax: rowwise(logSoftmaxRows),
  Hardmax: rowwise(hardmax),
  LpNormalization: lpNormalization,
};
