// Small networks with branches, built by hand as the language's layers would: for pictures and explanations.
import type { Source } from '../../src/diagnostics/types.ts';
import { type Builder, builder, emit, type Graph, type Node } from '../../src/ir/index.ts';
import type { LayerInfo } from '../../src/passes/lower-ast.ts';

export interface Made {
  readonly layers: readonly LayerInfo[];
  readonly forward: Graph;
}

/** Records layers one by one; each has a line of its own in a made-up text. */
export function network(shape: readonly number[]) {
  const b: Builder = builder();
  const lines: { name: string; op: string; text: string; output: Node; parameters: Node[]; path: string[] }[] = [];
  const ref = (name: string, op: string) => ({ name, op, span: { source, start: 0, end: 0 } });
  const source: Source = { file: 'made.cnn', text: '' };
  const begin = (name: string, op: string): void => b.at(ref(name, op));
  const init = { kind: 'constant', value: 0 } as const;
  const zeroPad = (n: number): readonly [number, number, number, number] => [n, n, n, n];
  const record = (
    name: string,
    op: string,
    text: string,
    output: Node,
    parameters: Node[] = [],
    path: string[] = [],
  ) => {
    lines.push({ name, op, text, output, parameters, path });
    return output;
  };
  begin('input', 'input');
  const x = record('input', 'input', `input ${shape.join('x')}`, emit(b, 'input', [], { shape: [2, ...shape] }, 'x'));
  return {
    x,
    conv(from: Node, name: string, filters: number, k: number, stride = 1, path: string[] = []): Node {
      begin(name, 'conv');
      const w = emit(
        b,
        'parameter',
        [],
        { shape: [k, k, from.type.shape[3] as number, filters], init, trainable: true },
        `${name}.weight`,
      );
      const attrs = { stride: [stride, stride], padding: zeroPad((k - 1) / 2), dilation: [1, 1], groups: 1 } as never;
      const z = emit(b, 'conv2d', [from, w], attrs, `${name}.z`);
      return record(name, 'conv', `conv ${filters} ${k}x${k} relu`, emit(b, 'relu', [z], {}, name), [w], path);
    },
    pool(from: Node, name: string, k: number, stride: number, path: string[] = []): Node {
      begin(name, 'maxpool');
      const attrs = {
        window: [k, k],
        stride: [stride, stride],
        padding: stride === 1 ? zeroPad((k - 1) / 2) : zeroPad(0),
        dilation: [1, 1],
      } as never;
      return record(name, 'maxpool', `maxpool ${k}x${k}`, emit(b, 'maxpool2d', [from], attrs, name), [], path);
    },
    add(from: readonly Node[], name: string, path: string[] = []): Node {
      begin(name, 'add');
      const sum = from
        .slice(1)
        .reduce(
          (a, n, i) => emit(b, 'add', [a, n], {}, i === from.length - 2 ? name : `${name}.${i}`),
          from[0] as Node,
        );
      return record(name, 'add', 'add', sum, [], path);
    },
    concat(from: readonly Node[], name: string, path: string[] = []): Node {
      begin(name, 'concat');
      return record(name, 'concat', 'concat', emit(b, 'concat', from, { axis: 3 }, name), [], path);
    },
    relu(from: Node, name: string, path: string[] = []): Node {
      begin(name, 'relu');
      return record(name, 'relu', 'relu', emit(b, 'relu', [from], {}, name), [], path);
    },
    dense(from: Node, name: string, units: number): Node {
      begin(name, 'flatten');
      const n = from.type.shape.slice(1).reduce((p, q) => p * q, 1);
      const flat = record('flatten1', 'flatten', 'flatten', emit(b, 'reshape', [from], { shape: [2, n] }, 'flatten1'));
      begin(name, 'dense');
      const w = emit(b, 'parameter', [], { shape: [n, units], init, trainable: true }, `${name}.weight`);
      const y = emit(b, 'matmul', [flat, w], { transposeA: false, transposeB: false }, name);
      return record(name, 'dense', `dense ${units}`, y, [w]);
    },
    done(): Made {
      const text = lines.map((l) => l.text).join('\n');
      const whole: Source = { file: 'made.cnn', text };
      let at = 0;
      const layers = lines.map(({ text: words, ...info }) => {
        const span = { source: whole, start: at, end: at + words.length };
        at += words.length + 1;
        return { ...info, span } as unknown as LayerInfo;
      });
      return { layers, forward: b.finish('made') };
    },
  };
}

/** Two residual blocks and one with four branches, then a classifier. */
export function branching(): Made {
  const n = network([32, 32, 3]);
  let x = n.conv(n.x, 'conv1', 16, 3);
  for (const [i, [filters, stride]] of [
    [16, 1],
    [32, 2],
  ].entries()) {
    const path = [`residual${i + 1}`];
    const a = n.conv(x, `r${i}a`, filters as number, 3, stride, path);
    const c = n.conv(a, `r${i}b`, filters as number, 3, 1, path);
    const skip = stride === 1 ? x : n.conv(x, `r${i}s`, filters as number, 1, stride, path);
    x = n.relu(n.add([c, skip], `add${i + 1}`, path), `relu${i + 1}`, path);
  }
  const path = ['inception1'];
  const one = n.conv(x, 'i1', 8, 1, 1, path);
  const three = n.conv(n.conv(x, 'i3a', 8, 1, 1, path), 'i3', 16, 3, 1, path);
  const five = n.conv(n.conv(x, 'i5a', 4, 1, 1, path), 'i5', 8, 5, 1, path);
  const pooled = n.conv(n.pool(x, 'ip', 3, 1, path), 'ipc', 8, 1, 1, path);
  x = n.concat([one, three, five, pooled], 'concat1', path);
  n.dense(n.pool(x, 'pool1', 2, 2), 'dense1', 10);
  return n.done();
}
