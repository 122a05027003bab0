// Activations.
import type { Node } from '../../../ir/index.ts';
import type { Convert, Converter } from '../convert.ts';
import { inOrder, one, scalarOp, unary } from './meeting.ts';

/** 1 where x is above the threshold, else 0. */
const above = (c: Convert, x: Node, threshold: number): Node =>
  c.emit('greater', [x, c.b.scalar(threshold)], {}, '.above');
const below = (c: Convert, x: Node, threshold: number): Node =>
  c.emit('greater', [c.b.scalar(threshold), x], {}, '.below');

/** alpha (exp(x / alpha) - 1) below 0, x above: of elu, celu and selu. */
const exponential = (c: Convert, x: Node, alpha: number, scale: number): Node => {
  const negative = scalarOp(c, 'min', x, 0, '.negative');
  const grown = scalarOp(
    c,
    'sub',
    c.emit('exp', [scale === 1 ? negative : scalarOp(c, 'mul', negative, scale, '.scaled')], {}, '.exp'),
    1,
    '.less',
  );
  return c.emit('add', [c.emit('relu', [x], {}, '.positive'), scalarOp(c, 'mul', grown, alpha, '.grown')], {}, '.elu');
};

const shrink: Converter = (c) => {
  const [bias, lambd] = [c.number('bias', 0), c.number('lambd', 0.5)];
  return unary((_, x) => {
    const up = c.emit('mul', [above(c, x, lambd), scalarOp(c, 'sub', x, bias, '.minus')], {}, '.up');
    const down = c.emit('mul', [below(c, x, -lambd), scalarOp(c, 'add', x, bias, '.plus')], {}, '.down');
    return c.emit('add', [up, down], {});
  })(c);
};

const hardSigmoid = (c: Convert, x: Node, alpha: number, beta: number): Node => {
  const line = scalarOp(c, 'add', scalarOp(c, 'mul', x, alpha, '.slope'), beta, '.line');
  return scalarOp(c, 'max', scalarOp(c, 'min', line, 1, '.low'), 0, '.hard');
};

/** Before version 7 the slope has a number for each channel, or one; since then it is aligned at the end. */
const prelu: Converter = (c) => {
  const [x, slope] = [c.input(0), c.input(1)];
  const perChannel = slope.dims.length === 1 && x.dims.length > 1 && slope.dims[0] === x.dims[1];
  const dims =
    c.opset < 7 && perChannel
      ? x.dims.map((n, i) => (i === 1 ? n : 1))
      : [...new Array<number>(Math.max(0, x.dims.length - slope.dims.length)).fill(1), ...slope.dims];
  const { order } = x;
  const node = x.ordered(order);
  const s = inOrder(c, slope, dims, order);
  const negative = c.emit('mul', [scalarOp(c, 'min', node, 0, '.negative'), s], {}, '.sloped');
  return c.ordered(c.emit('add', [c.emit('relu', [node], {}, '.positive'), negative], {}), order);
};

export const activations: Readonly<Record<string, Converter>> = {
  Relu: one('relu'),
  Sigmoid: one('sigmoid'),
  Tanh: one('tanh'),
  Softplus: one('softplus'),
  Softsign: one('softsign'),
  Mish: one('mish'),
  HardSwish: one('hard_swish'),
  HardSigmoid: unary((c, x) => hardSigmoid(c, x, c.number('alpha', 0.2), c.number('beta', 0.5))),
  LeakyRelu: unary((c, x) => c.emit('leaky_relu', [x], { alpha: c.number('alpha', 0.01) })),
  Elu: unary((c, x) => exponential(c, x, c.number('alpha', 1), 1)),
  Celu: unary((c, x) => exponential(c, x, c.number('alpha', 1), 1 / c.number('alpha', 1))),
  Selu: unary((c, x) =>
    scalarOp(
      c,
      'mul',
      exponential(c, x, c.number('alpha', 1.6732632423543772), 1),
      c.number('gamma', 1.0507009873554805),
    ),
  ),
  ThresholdedRelu: unary((c, x) => c.emit('mul', [above(c, x, c.number('alpha', 1)), x], {})),
  Shrink: shrink,
  Gelu: unary((c, x) => c.emit(c.text('approximate', 'none') === 'tanh' ? 'gelu_tanh' : 'gelu', [x], {})),
  Swish: unary((c, x) => {
    const alpha = c.number('alpha', 1);
    const s = c.emit('sigmoid', [alpha === 1 ? x : scalarOp(c, 'mul', x, alpha, '.scaled')], {}, '.sigmoid');
    return c.emit('mul', [x, s], {});
  }),
  PRelu: prelu,
};
