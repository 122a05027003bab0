// A network on its way from another format to the text of a model: lines with their weights, and what each reads.

/** Numbers of a parameter, as cnnc keeps them: the last dimension fastest. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** One line of a model. It is made once, and may get an activation, a name or other weights before it is written. */
export interface Line {
  readonly op: string;
  /** What stands behind the word, in order: `32`, `3x3`, `stride 2`. */
  words: string[];
  /** `relu`, `leaky_relu 0.1` ... */
  activation: string | undefined;
  /** The name it should have, in cnnc's form; another one is chosen where it is taken. */
  name: string | undefined;
  readonly inputs: readonly Line[];
  /** Of one picture: height x width x channels, length x channels, or features. */
  shape: readonly number[];
  /** Parameters by the end of their name: `weight`, `bias`. Empty where the file has no numbers. */
  readonly tensors: Map<string, Tensor>;
  /** What it was in the file, for messages. */
  readonly origin: Origin;
}

/** A node or layer of the file. */
export interface Origin {
  readonly name: string;
  readonly op: string;
}

/** A whole network. */
export interface Network {
  readonly name: string;
  /** Comment lines that say where it came from. */
  readonly about: readonly string[];
  readonly output: Line;
  /** Settings of a train section, one a line, or none. */
  readonly train: readonly string[];
  /** What the user should know and the text does not say. */
  readonly remarks: readonly string[];
}

/** Layers whose line may end in an activation. */
const activated = new Set([
  ...['conv', 'conv_transpose', 'depthwise', 'separable', 'dense', 'add', 'multiply', 'concat'],
  ...['batchnorm', 'layernorm', 'groupnorm', 'instancenorm'],
]);

export const takesActivation = (line: Line): boolean => activated.has(line.op) && line.activation === undefined;

export const newLine = (
  op: string,
  inputs: readonly Line[],
  shape: readonly number[],
  origin: Origin,
  words: readonly string[] = [],
): Line => ({
  op,
  words: [...words],
  activation: undefined,
  name: undefined,
  inputs,
  shape,
  tensors: new Map(),
  origin,
});

/** Height and width as the language writes them: `3`, or `3x5`. */
export const sizeText = (h: number, w: number): string => `${h}x${w}`;

/** Sides top, bottom, left, right in the shortest form: `2`, `1x2`, `[0, 1, 0, 1]`; for a signal only the last two. */
export function sidesText(sides: readonly number[], signal = false): string {
  const [top, bottom, left, right] = sides as readonly [number, number, number, number];
  if (signal) return left === right ? `${left}` : `[${left}, ${right}]`;
  if (top !== bottom || left !== right) return `[${sides.join(', ')}]`;
  return top === left ? `${top}` : `${top}x${left}`;
}

/** The shortest decimal that single precision cannot tell from the number, or can by its last bit only. */
export function numberText(v: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(v.toPrecision(digits));
    if (Math.abs(short - v) <= 2 ** -23 * Math.abs(v)) return String(short).replace('e+', 'e');
  }
  return String(v).replace('e+', 'e');
}

/** The lines that the output needs, each behind what it reads. */
export function linesOf(output: Line): Line[] {
  const done = new Set<Line>();
  const order: Line[] = [];
  const stack: { line: Line; next: number }[] = [{ line: output, next: 0 }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1] as { line: Line; next: number };
    const input = top.line.inputs[top.next++];
    if (input === undefined) {
      stack.pop();
      if (!done.has(top.line)) order.push(top.line);
      done.add(top.line);
    } else if (!done.has(input)) stack.push({ line: input, next: 0 });
  }
  return order;
}
