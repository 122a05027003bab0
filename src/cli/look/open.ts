// A trained model on a device, ready to be looked into: weights read, attribution compiled, pictures run batch by batch.
import { initialValues, type Plan } from '../../../runtime/index.ts';
import { noClassifier, noColours, noSuchClass } from '../../diagnostics/catalog/looking.ts';
import { noSuchLayer } from '../../diagnostics/catalog/usage.ts';
import { refuse } from '../../diagnostics/index.ts';
import { sizeOf } from '../../ir/index.ts';
import { type Attribution, WEIGHTS } from '../../passes/attribute.ts';
import type { LayerInfo } from '../../passes/lower-ast.ts';
import type { Backend } from '../../reference/backend.ts';
import { openBackend } from '../backend.ts';
import { namesFor, probabilities } from '../classes.ts';
import type { Io } from '../io.ts';
import { type CompiledModel, compileSource, type ModelFile } from '../model.ts';
import type { KernelChoice } from '../tune/apply.ts';
import type { Weights } from '../weights.ts';

/** Most pictures of one step. */
const MOST_AT_ONCE = 64;

export interface Looking {
  readonly backend: Backend;
  readonly model: CompiledModel;
  /**
   * Every output for each of these pictures, by name. `labels` are the classes of the loss; `weights` those of the scores, or of
   * the channels of a layer: pictures x channels.
   */
  run(
    pictures: Float32Array,
    given?: { readonly labels?: ArrayLike<number>; readonly weights?: ArrayLike<number> },
  ): Promise<Map<string, Float32Array>>;
}

/** What it runs on: the device and its kernels, as --device, --target and --tune say. */
export interface On extends KernelChoice {
  readonly device: string | undefined;
}

/** Compiles what is asked for and opens the device for `count` pictures. The caller closes the backend. */
export async function openLooking(
  io: Io,
  { device, ...kernels }: On,
  { source, options }: ModelFile,
  weights: Weights,
  attribute: Attribution,
  count: number,
): Promise<Looking> {
  const batch = Math.max(1, Math.min(count, MOST_AT_ONCE));
  const suited = compileSource(source, { ...options, batch, inferOnly: true, attribute });
  const { backend, model } = await openBackend(io, device, suited, ['infer'], kernels);
  const { plan } = model.compiled;
  backend.initialise(0);
  backend.setParameters(weights.values);
  const size = sizeOf(plan.input.shape.slice(1));
  const channels = plan.parameters.find((p) => p.name === WEIGHTS)?.shape[1] ?? 0;
  return {
    backend,
    model: model.compiled,
    async run(pictures, { labels = [], weights: asked = [] } = {}) {
      const n = pictures.length / size;
      const all = new Map<string, Float32Array>();
      for (let start = 0; start < n && !io.signal?.aborted; start += batch) {
        const here = Math.min(batch, n - start);
        const part = <T>(values: ArrayLike<T>, each: number): T[] =>
          Array.prototype.slice.call(values, start * each, (start + here) * each) as T[];
        if (channels > 0) {
          const row = new Float32Array(batch * channels);
          row.set(part(asked, channels));
          backend.setParameters(new Map([[WEIGHTS, row]]));
        }
        const given = plan.labels ? Uint32Array.from(part(labels, 1)) : undefined;
        const made = await backend.attribute(pictures.slice(start * size, (start + here) * size), given);
        for (const [name, values] of made) {
          const each = values.length / here;
          const into = all.get(name) ?? new Float32Array(n * each);
          into.set(values, start * each);
          all.set(name, into);
        }
      }
      return all;
    },
  };
}

/** The values of all parameters: trained ones, and those that the model itself writes. */
export const parameterValues = ({ parameters }: Plan, { values }: Weights): Map<string, Float32Array> =>
  new Map(parameters.map((p) => [p.name, values.get(p.name) ?? initialValues(p, 0)]));

/** The picture that an input is: itself, or for a vector the square of as many values. Refuses others. */
export function pictureShape({ input }: Plan, file: string): readonly [number, number, 1 | 3] {
  const [h = 1, w, c] = input.shape.slice(1);
  if (w !== undefined && c !== undefined && (c === 1 || c === 3)) return [h, w, c];
  if (w === undefined)
    for (const channels of [1, 3] as const) {
      const side = Math.sqrt(h / channels);
      if (Number.isInteger(side)) return [side, side, channels];
    }
  return refuse(noColours(file, input.shape.slice(1).join('x')));
}

/** What a model says of classes, as people read it. */
export interface Classifier {
  readonly classes: number;
  readonly names: readonly string[] | undefined;
  /** Probabilities of the classes of one picture, from its row of outputs. */
  read(row: Float32Array): number[];
  /** The weights of the scores that make the score of a class: of one that stands for two, its sign. */
  weightsOf(chosen: number): number[];
  /** `7`, or its name. */
  nameOf(chosen: number): string;
}

/** Refuses what does not end with one score a class. `what` asks for them. */
export function classifierOf({ plan, config }: CompiledModel, file: string, what: string, spec?: string): Classifier {
  const shape = plan.output.shape.slice(1);
  const other = config !== undefined && (config.target !== 'classes' || plan.outputIs === 'values');
  if (shape.length !== 1 || other) refuse(noClassifier(file, shape.join('x'), what));
  const scores = shape[0] as number;
  const classes = Math.max(2, scores);
  const names = namesFor(spec ?? config?.data ?? undefined, classes);
  const outputIs = plan.outputIs === 'values' ? 'logits' : plan.outputIs;
  return {
    classes,
    names,
    read: (row) => probabilities(row, outputIs),
    weightsOf: (chosen) =>
      scores === 1 ? [chosen === 1 ? 1 : -1] : Array.from({ length: scores }, (_, i) => (i === chosen ? 1 : 0)),
    nameOf: (chosen) => names?.[chosen] ?? String(chosen),
  };
}

/** The class that an option names, by number or name; undefined when not given. */
export function classNamed(
  { classes, names }: Classifier,
  option: string,
  value: string | undefined,
): number | undefined {
  if (value === undefined) return undefined;
  const named = names?.indexOf(value) ?? -1;
  if (named >= 0) return named;
  const number = /^\d+$/.test(value) ? Number(value) : classes;
  return number < classes ? number : refuse(noSuchClass(option, value, classes, names));
}

/** The layer of this name. */
export const layerNamed = ({ layers }: CompiledModel, name: string, file: string): LayerInfo =>
  layers.find((l) => l.name === name) ??
  refuse(
    noSuchLayer(
      name,
      file,
      layers.map((l) => l.name),
    ),
  );
