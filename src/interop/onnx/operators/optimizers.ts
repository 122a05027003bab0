// The training operators of ONNX (ai.onnx.preview.training): one step of an optimizer.
import type { Node } from '../../../ir/index.ts';
import type { Convert, Converter } from '../convert.ts';

type Scalar = number | Node;

/** Inputs are R, T, then the tensors, their gradients and their slots; outputs are new tensors, then new slots. */
const step =
  (
    slots: number,
    of: (c: Convert, k: Calculator, x: Node, g: Node, s: readonly Node[], r: number, t: number) => Node[],
  ): Converter =>
  (c) => {
    const r = c.numbers(0, 'the learning rate')[0] as number;
    const t = c.numbers(1, 'the step')[0] as number;
    const n = (c.node.inputs.length - 2) / (2 + slots);
    const made = Array.from({ length: n }, (_, i) => {
      const at = (k: number): Node => c.input(2 + k * n + i).plain();
      return of(
        c,
        calculator(c),
        at(0),
        at(1),
        Array.from({ length: slots }, (_, s) => at(2 + s)),
        r,
        t,
      );
    });
    return Array.from({ length: 1 + slots }, (_, k) => made.map((results) => c.plain(results[k] as Node))).flat();
  };

type Calculator = ReturnType<typeof calculator>;
function calculator(c: Convert) {
  const node = (v: Scalar): Node => (typeof v === 'number' ? c.b.scalar(v) : v);
  const two =
    (op: 'add' | 'sub' | 'mul' | 'div') =>
    (a: Scalar, b: Scalar): Node =>
      c.emit(op, [node(a), node(b)], {}, `.${op}`);
  return {
    add: two('add'),
    sub: two('sub'),
    mul: two('mul'),
    div: two('div'),
    sqrt: (x: Node): Node => c.emit('sqrt', [x], {}, '.sqrt'),
  };
}

const regular = (c: Convert, k: Calculator, g: Node, x: Node): Node => {
  const norm = c.number('norm_coefficient', 0);
  return norm === 0 ? g : k.add(g, k.mul(x, norm));
};

const adagrad = step(1, (c, k, x, g, [h], r, t) => {
  const rate = r / (1 + t * c.number('decay_factor', 0));
  const grad = regular(c, k, g, x);
  const sum = k.add(h as Node, k.mul(grad, grad));
  return [k.sub(x, k.div(k.mul(grad, rate), k.add(k.sqrt(sum), c.number('epsilon', 1e-6)))), sum];
});

const adam = step(2, (c, k, x, g, [v, h], r, t) => {
  const [alpha, beta] = [c.number('alpha', 0.9), c.number('beta', 0.999)];
  const grad = regular(c, k, g, x);
  const first = k.add(k.mul(v as Node, alpha), k.mul(grad, 1 - alpha));
  const second = k.add(k.mul(h as Node, beta), k.mul(k.mul(grad, grad), 1 - beta));
  const rate = t > 0 ? (r * Math.sqrt(1 - beta ** t)) / (1 - alpha ** t) : r;
  const next = k.sub(x, k.div(k.mul(first, rate), k.add(k.sqrt(second), c.number('epsilon', 1e-6))));
  const after = c.number('norm_coefficient_post', 0);
  return [after === 0 ? next : k.mul(next, 1 - after), first, second];
});

const momentum = step(1, (c, k, x, g, [v], r, t) => {
  const alpha = c.number('alpha', 0);
  const grad = regular(c, k, g, x);
  const beta = t > 0 ? c.number('beta', 1) : 1;
  const next = k.add(k.mul(v as Node, alpha), k.mul(grad, beta));
  const nesterov = c.text('mode', 'standard') === 'nesterov';
  return [k.sub(x, k.mul(nesterov ? k.add(grad, k.mul(next, alpha)) : next, r)), next];
});

export const optimizers: Readonly<Record<string, Converter>> = {
  'ai.onnx.preview.training.Adagrad': adagrad,
  'ai.onnx.preview.training.Adam': adam,
  'ai.onnx.preview.training.Momentum': momentum,
};
