// The end of every import: the text is compiled before anything is written, and its parameters are those of the weights.

import type { Plan } from '../../../runtime/plan.ts';
import { type Compiled, compile } from '../../compile.ts';
import { lineNotImported } from '../../diagnostics/catalog/imports.ts';
import { type Diagnostic, Failure } from '../../diagnostics/index.ts';
import { lineColumn } from '../../diagnostics/render.ts';
import { print } from '../../parser/index.ts';
import type { NamedTensor } from '../safetensors.ts';
import type { Line, Network } from './line.ts';
import { writeNetwork } from './write.ts';

export interface Imported {
  readonly name: string;
  /** The model file, in the one canonical form. */
  readonly text: string;
  /** In the order of the plan's parameters; empty when the file has no weights. */
  readonly tensors: readonly NamedTensor[];
  readonly plan: Plan;
  readonly compiled: Pick<Compiled, 'layers'>;
  /** What lines are called in the text. */
  readonly names: ReadonlyMap<Line, string>;
  /** Lines of the model, without the input. */
  readonly layers: number;
  readonly remarks: readonly string[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * Writes, compiles and checks. `weights` is the name of the weights' file, when there will be one; its numbers are those of the
 * lines, unless they come `later`.
 */
export function finish(network: Network, weights: string | undefined, from: string, later = false): Imported {
  const written = writeNetwork(network, weights);
  const source = { file: `${network.name}.cnn`, text: written.text };
  const compiled = compile(source, { inferOnly: true, batch: 1 });
  const errors = compiled.diagnostics.filter((d) => d.severity === 'error');
  // How it was trained may not be what cnnc can train: then the model stands alone.
  const start = written.text.lastIndexOf('\ntrain {');
  const [trouble] = errors;
  if (network.train.length > 0 && trouble && errors.every((d) => (d.primary?.span.start ?? 0) > start)) {
    const remarks = [...network.remarks, `the train section (${network.train.join(', ')}): ${trouble.message}`];
    return finish({ ...network, train: [], remarks }, weights, from, later);
  }
  if (errors.length > 0 || !compiled.plan) {
    const rows = written.text.split('\n');
    throw new Failure(
      errors.map((d) => {
        const at = d.primary ? lineColumn(source, d.primary.span.start).line : 0;
        const origin = written.origins.get(at) ?? { name: network.name, op: 'model' };
        return lineNotImported(from, origin.name, origin.op, (rows[at - 1] ?? '').trim(), d.message);
      }),
    );
  }
  const { plan } = compiled;
  const given = new Map(written.tensors.map((t) => [t.name, t]));
  const tensors: NamedTensor[] = [];
  for (const { name, shape } of plan.parameters) {
    const tensor = given.get(name);
    if (!tensor) {
      if (weights === undefined || later) continue;
      throw new Error(`${from}: the import has no numbers for ${name}`);
    }
    if (tensor.shape.join() !== shape.join())
      throw new Error(`${from}: ${name} is ${tensor.shape.join('x')}, and ${shape.join('x')} in the model`);
    tensors.push(tensor);
  }
  if (weights !== undefined && !later && tensors.length !== given.size)
    throw new Error(`${from}: weights that the model has not`);
  return {
    name: network.name,
    text: print(compiled.file),
    tensors,
    plan,
    compiled,
    names: written.names,
    layers: written.layers,
    remarks: network.remarks,
    warnings: compiled.diagnostics,
  };
}
