// What an optimizer must say about itself, and the arithmetic its rule is written with.
import { type Builder, emit, type Node, type OpName } from '../../ir/index.ts';
import type { ArgSpec } from '../../layers/args.ts';

export interface UpdateContext {
  readonly b: Builder;
  /** The parameter (decayed already), its gradient (clipped already) and its slots, all of one shape. */
  readonly p: Node;
  readonly g: Node;
  readonly slot: (name: string) => Node;
  /** Arithmetic whose results are named after the parameter. */
  readonly c: Calculator;
  /** A scalar that is the same for all parameters: made once. */
  readonly once: (name: string, make: (c: Calculator) => Node) => Node;
  /** The learning rate of this step, a scalar. */
  readonly lr: Node;
  /** A number of the train section, or its default; flags are 1 or 0. */
  readonly hyper: (name: string) => number;
  /** Numbers of the step that the runtime computes in double precision, each once in a graph. */
  readonly step: {
    /** 1 - base^step */
    readonly oneMinusPower: (base: number, name: string) => Node;
    /** What Nadam multiplies with: the new mean, or the gradient. */
    readonly nadam: (beta: number, part: 'mean' | 'gradient', name: string) => Node;
  };
}

export interface OptimizerDef {
  readonly name: string;
  readonly doc: string;
  readonly example: string;
  readonly args: Readonly<Record<string, ArgSpec>>;
  /** Numbers that are not given; those without a default are 0, which turns them off. */
  readonly defaults: Readonly<Record<string, number>>;
  /** Slots kept between steps, given these hyperparameters, and the value each starts with. */
  readonly slots: (hyper: (name: string) => number) => Readonly<Record<string, number>>;
  /** New values of the parameter ('') and of the slots, by name. */
  readonly update: (c: UpdateContext) => Readonly<Record<string, Node>>;
}

type Operand = Node | number;

/** a + b and so on; each result has a name, so that listings read well. */
export interface Calculator {
  readonly add: (x: Operand, y: Operand, name: string) => Node;
  readonly sub: (x: Operand, y: Operand, name: string) => Node;
  readonly mul: (x: Operand, y: Operand, name: string) => Node;
  readonly div: (x: Operand, y: Operand, name: string) => Node;
  readonly max: (x: Operand, y: Operand, name: string) => Node;
  readonly min: (x: Operand, y: Operand, name: string) => Node;
  readonly sqrt: (x: Node, name: string) => Node;
  readonly abs: (x: Node, name: string) => Node;
  readonly sign: (x: Node, name: string) => Node;
  /** x^exponent for x > 0; a half is a root. */
  readonly pow: (x: Node, exponent: number, name: string) => Node;
  /** The decaying mean of x: decay * kept + (1 - decay) * x. */
  readonly mean: (kept: Node, x: Node, decay: number, name: string) => Node;
}

export function calculator(b: Builder, owner: string): Calculator {
  const node = (x: Operand): Node => (typeof x === 'number' ? b.scalar(x) : x);
  const id = (name: string): string => (owner === '' ? name : `${owner}.${name}`);
  const two =
    (op: 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min') =>
    (x: Operand, y: Operand, name: string): Node =>
      emit(b, op as OpName, [node(x), node(y)], {}, id(name));
  const one =
    (op: 'sqrt' | 'abs' | 'sign') =>
    (x: Node, name: string): Node =>
      emit(b, op as OpName, [x], {}, id(name));
  const [add, mul, sqrt] = [two('add'), two('mul'), one('sqrt')];
  return {
    add,
    sub: two('sub'),
    mul,
    div: two('div'),
    max: two('max'),
    min: two('min'),
    sqrt,
    abs: one('abs'),
    sign: one('sign'),
    pow: (x, exponent, name) => (exponent === 0.5 ? sqrt(x, name) : emit(b, 'pow', [x], { exponent }, id(name))),
    mean: (kept, x, decay, name) =>
      add(mul(kept, decay, `${name}.kept`), mul(x, 1 - decay, `${name}.part`), `${name}.new`),
  };
}

/** The argument of every optimizer. */
export const lr: ArgSpec = { kind: 'number', above: 0, doc: 'learning rate' };
export const epsilon: ArgSpec = { kind: 'number', above: 0, doc: 'keeps the division finite' };
/** How much of a decaying mean is kept from step to step. */
export const decay = (doc: string): ArgSpec => ({ kind: 'number', min: 0, below: 1, doc });
