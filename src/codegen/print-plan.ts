// A plan as text: buffers, kernels, parameters, and what each program dispatches. For people and goldens; JSON is exact.
import type { CopySpec, DispatchSpec, InitSpec, Plan, View } from '../../runtime/plan.ts';

const shapeText = (shape: readonly number[]): string => (shape.length === 0 ? 'scalar' : shape.join('x'));

/** `arena 0 + 512`, or the buffer's name alone where all of it is meant. */
const view = ({ buffer, offset, bytes }: View): string => (bytes === 0 ? buffer : `${buffer} ${offset} + ${bytes}`);

const copy = ({ from, to }: CopySpec): string => `    copy ${view(from)} to ${to}`;

function initText(init: InitSpec): string {
  switch (init.kind) {
    case 'uniform':
      return `uniform +-${init.limit}`;
    case 'normal':
      return `normal deviation ${init.deviation}`;
    case 'truncated_normal':
      return `truncated normal deviation ${init.deviation}`;
    case 'orthogonal':
      return `orthogonal times ${init.gain}`;
    case 'constant':
      return `constant ${init.value}`;
    case 'values':
      return `values ${init.values.slice(0, 16).join(', ')}${init.values.length > 16 ? `, ... ${init.values.length} in all` : ''}`;
  }
}

/** The whole plan; the text ends with a line feed. WGSL is left out: kernels are named. */
export function printPlan(plan: Plan): string {
  const dispatch = (d: DispatchSpec): string[] => {
    const kernel = plan.kernels[d.kernel];
    const name = kernel?.name ?? `kernel ${d.kernel}`;
    const bound = d.bindings.map((b, i) => `${kernel?.bindings[i] ?? '?'} ${view(b)}`).join(', ');
    const of = d.label === name ? name : `${d.label} by ${name}`;
    return [...(d.copies ?? []).map(copy), `    ${of} <${d.groups.join(', ')}> (${bound})`];
  };
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`  ${title} {`, ...lines, '  }'];
  const tensor = ({ name, shape, view: v }: Plan['input']): string => `  ${name} ${shapeText(shape)} at ${view(v)}`;
  const lines = [
    `plan ${plan.model}, batch ${plan.batch}${plan.features ? `, needs ${plan.features.join(', ')}` : ''} {`,
    tensor(plan.input),
    `${tensor(plan.output)}: ${plan.outputIs}`,
    ...section(
      'buffers',
      plan.buffers.map((b) => `    ${b.role} ${b.bytes === 0 ? 'sized by the runtime' : `${b.bytes} bytes`}`),
    ),
    ...section(
      'parameters',
      plan.parameters.map(
        (p) =>
          `    ${p.name} ${shapeText(p.shape)} at ${p.offset}: ${initText(p.init)}${p.trainable ? '' : ', not trained'}`,
      ),
    ),
    ...section(
      'step',
      plan.step.fields.map(
        (f) =>
          `    ${f.name}: ${f.type}${'oneMinusPower' in f ? ` = 1 - ${f.oneMinusPower}^step` : 'nadam' in f ? ` = nadam's factor of the ${f.part}, beta ${f.nadam}` : ''}`,
      ),
    ),
    ...section('metrics', plan.metrics.length === 0 ? [] : [`    ${plan.metrics.join(', ')}`]),
    ...section(
      'kernels',
      plan.kernels.map((k) => `    ${k.name} (${k.bindings.join(', ')})`),
    ),
    ...Object.entries(plan.programs).flatMap(([name, dispatches]) => section(name, dispatches.flatMap(dispatch))),
    ...section(
      'train',
      Object.entries(plan.train ?? {}).map(
        ([key, value]) =>
          `    ${key} ${typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? 'not given')}`,
      ),
    ),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}
