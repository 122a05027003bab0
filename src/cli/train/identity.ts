// What makes two runs the same training: what a checkpoint must agree with before a training goes on from it.
import { createHash } from 'node:crypto';
import type { ScheduleSpec } from '../../../runtime/index.ts';
import type { Split } from '../../data/types.ts';
import { printGraph } from '../../ir/index.ts';
import type { ModelFile } from '../model.ts';
import type { RunFacts } from './keep.ts';

/** Words by name, in the order in which differences are told. */
export type Identity = Readonly<Record<(typeof names)[number], string>>;

const names = [
  'model',
  'data',
  'pictures',
  'batch',
  'optimizer',
  'lr',
  'precision',
  'schedule',
  'early stopping',
  'epochs',
  'seed',
  'network',
] as const;

/** Does the learning rate depend on how many epochs there will be? */
const countsEpochs = (s: ScheduleSpec | undefined): boolean =>
  s !== undefined && (s.name === 'polynomial' || s.name === 'one_cycle' || (s.name === 'cosine' && !s.restart));

/**
 * The pictures count by their values, wherever they lie, and the network by its graph: with what it imports, the values of
 * --set and the numbers of the optimizer in it, without comments and spaces.
 */
export function identityOf(model: ModelFile, facts: RunFacts, split: Split, epochs: number): Identity {
  const { graphs, plan } = model.compiled;
  const { schedule, earlyStopping } = plan.train ?? {};
  const pictures = createHash('sha256');
  for (const { pixels, labels } of [split.train, split.test]) {
    for (const { buffer, byteOffset, byteLength } of [pixels.values, labels])
      pictures.update(new Uint8Array(buffer, byteOffset, byteLength));
    pictures.update(`${pixels.scale} ${split.train.count}`);
  }
  const network = createHash('sha256');
  for (const graph of [graphs.train, graphs.evaluate]) if (graph) network.update(printGraph(graph));
  return {
    model: facts.model,
    data: facts.data,
    pictures: pictures.digest('hex'),
    batch: String(facts.batch),
    optimizer: facts.optimizer,
    lr: String(facts.lr),
    precision: facts.precision ?? 'f32',
    schedule: schedule ? JSON.stringify(schedule) : 'none',
    'early stopping': earlyStopping ? JSON.stringify(earlyStopping) : 'none',
    epochs: countsEpochs(schedule) ? String(epochs) : 'any',
    seed: String(facts.seed),
    network: network.digest('hex'),
  };
}

/** What differs, a line each; empty when the two are the same training. */
export function differences(was: Readonly<Record<string, unknown>>, is: Identity): string[] {
  // Checkpoints of before say nothing of it.
  const before = (name: keyof Identity): unknown => was[name] ?? (name === 'precision' ? 'f32' : undefined);
  const differs = (name: keyof Identity): boolean => before(name) !== is[name];
  const lines = names.flatMap((name) => {
    if (!differs(name) || ['data', 'pictures', 'network'].includes(name)) return [];
    const why = name === 'epochs' ? ', and the learning rate follows from them' : '';
    return [`${name}: ${was[name] ?? 'unknown'} in the checkpoint, ${is[name]} now${why}`];
  });
  if (differs('pictures')) {
    const same = differs('data') ? `${was.data} in the checkpoint, ${is.data} now` : `${is.data} has changed since`;
    // Sets that are drawn or split by the seed differ with it.
    if (!differs('seed') || differs('data')) lines.push(`pictures: ${same}`);
  }
  // The batch and the optimizer are part of the graph.
  if (differs('network') && !(['model', 'batch', 'optimizer', 'precision'] as const).some(differs))
    lines.push(
      'network: a layer, a number of the train section or of --set, an import, or the version of cnnc has changed since',
    );
  return lines;
}
