// The stages of the compiler as texts: what `cnnc compile --emit STAGE` prints.

import { noTrainSection } from '../diagnostics/catalog/train.ts';
import { badChoice } from '../diagnostics/catalog/usage.ts';
import { lineColumn, refuse, type Span } from '../diagnostics/index.ts';
import { type Graph, printGraph } from '../ir/index.ts';
import { printSchedule } from '../schedule/index.ts';
import type { ModelFile } from './model.ts';

const isSpan = (value: unknown): value is Span =>
  typeof value === 'object' && value !== null && 'source' in value && 'start' in value && 'end' in value;

/** JSON in which places are `line:column`. */
const astText = (ast: unknown): string =>
  `${JSON.stringify(
    ast,
    (_key, value: unknown) => {
      if (!isSpan(value)) return value;
      const { line, column } = lineColumn(value.source, value.start);
      return `${line}:${column}`;
    },
    2,
  )}\n`;

/** The passes of all programs, in order; stages are named `PROGRAM after PASS`. */
const passesOf = (stages: ReadonlyMap<string, Graph>): string[] => [
  ...new Set([...stages.keys()].flatMap((name) => name.split(' after ')[1] ?? [])),
];

const scheduleText = ({ compiled }: ModelFile): string =>
  Object.entries(compiled.emitted.scheduled)
    .map(([program, scheduled]) => printSchedule(program, scheduled))
    .join('\n');

function wgslText({ compiled: { plan } }: ModelFile): string {
  const dispatches = Object.values(plan.programs).flat();
  const parts = plan.kernels.map(({ name, wgsl }, i) => {
    const labels = [...new Set(dispatches.filter((d) => d.kernel === i).map((d) => d.label))];
    return `// ===== ${name}.wgsl: computes ${labels.join(', ')}\n${wgsl.trimEnd()}\n`;
  });
  return parts.join('\n');
}

/** The text of a stage. Refuses names that are none, with all that there are. */
export function emitText(model: ModelFile, stage: string): string {
  const { file, forward, graphs, stages, plan } = model.compiled;
  switch (stage) {
    case 'ast':
      return astText(file.sections);
    case 'ir':
      return printGraph(forward);
    case 'train-ir':
      if (!model.compiled.config) refuse(noTrainSection(model.compiled.model.name.span));
      if (graphs.train) return printGraph(graphs.train);
      break;
    case 'schedule':
      return scheduleText(model);
    case 'wgsl':
      return wgslText(model);
    case 'plan':
      return `${JSON.stringify(plan, null, 2)}\n`;
  }
  const passes = passesOf(stages).map((pass) => `after:${pass}`);
  if (passes.includes(stage)) {
    const pass = stage.slice('after:'.length);
    const found = [...stages].filter(([name]) => name.split(' after ')[1] === pass);
    return found.map(([name, graph]) => `// ${name}\n${printGraph(graph)}`).join('\n');
  }
  const all = ['ast', 'ir', ...(graphs.train ? ['train-ir'] : []), 'schedule', 'wgsl', 'plan', ...passes];
  return refuse(badChoice('emit', stage, all, 'compile'));
}
