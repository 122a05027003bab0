// A network as the text of a model and its weights.

import { activationNames } from '../../layers/activations.ts';
import { functions, layers, merges, structures } from '../../layers/index.ts';
import type { NamedTensor } from '../safetensors.ts';
import { arrange, type Statement } from './arrange.ts';
import { type Line, type Network, type Origin, sizeText } from './line.ts';
import { nameLines, textOrder } from './names.ts';

export interface Written {
  readonly text: string;
  readonly tensors: readonly NamedTensor[];
  /** What each line of the text (counted from 1) was in the file. */
  readonly origins: ReadonlyMap<number, Origin>;
  readonly layers: number;
  /** What lines are called in the text. */
  readonly names: ReadonlyMap<Line, string>;
}

/** Words that no value may be called. */
const taken = new Set([
  ...['model', 'train', 'block', 'import', 'input', 'height', 'width', 'channels'],
  ...Object.keys(layers),
  ...Object.keys(structures),
  ...Object.keys(functions),
  ...activationNames,
  ...Object.values(merges).flatMap((m) => Object.keys(m.signature.args)),
]);

/** Lines that stand behind another on its line: `conv 8 3x3 nobias | batchnorm relu`. */
const followers = new Set(['batchnorm', 'layernorm', 'groupnorm', 'instancenorm', 'lrn', ...activationNames]);
/** Lines that say the shape themselves. */
const moves = new Set(['reshape', 'transpose']);
const widest = 110;
/** Bodies of one line stand on the line of their branch, if it is not longer. */
const shortBranch = 76;

/** The text of a network, and its weights in the order of the text. `weights` names their file in the model, if it is given. */
export function writeNetwork(network: Network, weights: string | undefined): Written {
  const { statements, named } = arrange(network.output);
  const lines = textOrder(statements);
  const names = nameLines(lines, named, taken);
  const rows: string[] = network.about.map((line) => `// ${line}`.trimEnd());
  const origins = new Map<number, Origin>();

  const head = (line: Line, words: readonly string[]): string => {
    const name = names.given.has(line) ? ['name', names.layers.get(line) as string] : [];
    return [line.op, ...words, ...name, ...(line.activation === undefined ? [] : [line.activation])].join(' ');
  };
  const tail = (line: Line): string => (names.values.has(line) ? ` as ${names.values.get(line)}` : '');
  const shown = (line: Line): string => ` => ${line.shape.join('x')}`;
  const put = (indent: number, text: string, ...from: readonly Line[]): void => {
    rows.push('  '.repeat(indent) + text);
    for (const line of from) if (!origins.has(rows.length)) origins.set(rows.length, line.origin);
  };
  const put_branches = (indent: number, s: Statement & { kind: 'group' }, before: Line | undefined): void => {
    put(indent, `${head(s.line, s.line.words)} {`, s.line);
    for (const body of s.branches) {
      if (body.length === 0) {
        put(indent + 1, 'branch { }');
        continue;
      }
      put(indent + 1, 'branch {');
      const from = rows.length;
      writeBody(body, indent + 2, before);
      const only = rows[from]?.trim() ?? '';
      if (rows.length === from + 1 && only.length <= shortBranch) {
        rows.length = from - 1;
        put(indent + 1, `branch { ${only} }`);
      } else put(indent + 1, '}');
    }
    put(indent, `}${tail(s.line)}${shown(s.line)}`, s.line);
  };
  function writeBody(body: readonly Statement[], indent: number, start: Line | undefined): void {
    let before = start;
    for (let i = 0; i < body.length; i++) {
      const s = body[i] as Statement;
      if (s.kind === 'from') {
        put(indent, `from ${names.values.get(s.of)}`);
        before = s.of;
        continue;
      }
      if (s.kind === 'group') {
        put_branches(indent, s, before);
        before = s.line;
        continue;
      }
      // What normalises or bends a value stands behind the layer that made it.
      let text =
        s.kind === 'merge'
          ? head(s.line, [...s.named.map((line) => names.values.get(line) as string), ...s.line.words])
          : head(s.line, s.line.words);
      const on: Line[] = [s.line];
      const alone = s.line.op === 'input';
      for (let next = body[i + 1]; !alone && next?.kind === 'line' && followers.has(next.line.op); next = body[i + 1]) {
        const joined = `${text} | ${head(next.line, next.line.words)}`;
        if (joined.length > widest || names.values.has(on[on.length - 1] as Line)) break;
        text = joined;
        on.push(next.line);
        i++;
      }
      const last = on[on.length - 1] as Line;
      const changed = before === undefined || before.shape.join() !== last.shape.join();
      const asserted =
        indent === 1 && s.line.op !== 'input' && !moves.has(s.line.op) && (changed || s.kind === 'merge');
      put(indent, `${text}${tail(last)}${asserted ? shown(last) : ''}`, ...on);
      before = last;
    }
  }

  put(0, `model ${network.name} {`);
  if (weights !== undefined) put(1, `weights "${weights}"`);
  writeBody(statements, 1, undefined);
  put(0, '}');
  if (network.train.length > 0) {
    rows.push('', 'train {', ...network.train.map((line) => `  ${line}`), '}');
  }
  const tensors = lines.flatMap((line) =>
    [...line.tensors].map(([suffix, { shape, values }]) => ({
      name: `${names.layers.get(line)}.${suffix}`,
      shape,
      values,
    })),
  );
  return { text: `${rows.join('\n')}\n`, tensors, origins, layers: lines.length - 1, names: names.layers };
}

/** `3x3`, or for a signal `3`. */
export const kernelText = (kernel: readonly number[]): string =>
  kernel.length === 1 ? `${kernel[0]}` : sizeText(kernel[0] as number, kernel[1] as number);
