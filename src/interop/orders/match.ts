// Tensors of a file to the parameters of a model: by names where they agree, else in order among those of equal shapes.
import { nameFrom } from '../network/names.ts';
import type { NamedTensor } from '../safetensors.ts';
import type { Need, Unit } from './units.ts';

/** A tensor of the file. */
export interface Given {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface Module {
  readonly name: string;
  readonly tensors: ReadonlyMap<string, Given>;
}

export interface Matched {
  readonly tensors: readonly NamedTensor[];
  /** Modules of the file with the layers they became. */
  readonly pairs: readonly {
    readonly module: string;
    readonly layer: string;
    readonly by: 'name' | 'shape' | 'order';
  }[];
  /** What is left on both sides; empty when all fits. */
  readonly left: { readonly modules: readonly string[]; readonly layers: readonly string[] };
}

/** 2 before 10. */
const natural = (a: string, b: string): number => {
  const [p, q] = [a, b].map((s) => s.split(/(\d+)/));
  for (let i = 0; i < Math.max(p!.length, q!.length); i++) {
    const [x, y] = [p![i] ?? '', q![i] ?? ''];
    if (x === y) continue;
    return i % 2 === 1 ? Number(x) - Number(y) || (x < y ? -1 : 1) : x < y ? -1 : 1;
  }
  return 0;
};

/** What says nothing about a layer: counters of steps. */
const ignored = /(^|[./])(num_batches_tracked|seed_generator_state|iterations?)(:\d+)?$/;

/** Tensors by the module that holds them. An order of the file's own is kept; sorted names are put in natural order. */
function modulesOf(given: ReadonlyMap<string, Given>): Module[] {
  const modules = new Map<string, Map<string, Given>>();
  for (const [path, tensor] of given) {
    if (ignored.test(path)) continue;
    const plain = path.replace(/:\d+$/, '');
    const cut = Math.max(plain.lastIndexOf('.'), plain.lastIndexOf('/'));
    const name = cut < 0 ? '' : plain.slice(0, cut);
    const tensors = modules.get(name) ?? new Map<string, Given>();
    tensors.set(plain.slice(cut + 1), tensor);
    modules.set(name, tensors);
  }
  const names = [...modules.keys()];
  const sorted = names.every((name, i) => i === 0 || (names[i - 1] as string) <= name);
  if (sorted) names.sort(natural);
  return names.map((name) => ({ name, tensors: modules.get(name) as Map<string, Given> }));
}

const long = (shape: readonly number[]): string => shape.filter((n) => n !== 1).join();

/** The tensor that a parameter is made of; sizes of 1 may stand elsewhere, as of a dense layer that is a 1x1 convolution here. */
const tensorFor = (need: Need, { tensors }: Module): Given | undefined =>
  need.keys.map((key) => tensors.get(key)).find((t) => t && long(t.shape) === long(need.from));

const fits = (unit: Unit, module: Module): boolean =>
  unit.needs.length === module.tensors.size && unit.needs.every((need) => tensorFor(need, module) !== undefined);

const shown = (shape: readonly number[]): string => (shape.length === 0 ? 'scalar' : shape.join('x'));
const unitText = ({ layer, needs }: Unit): string =>
  `${layer} (${needs.map((n) => `${n.keys[0]} ${shown(n.from)}`).join(', ')})`;
const moduleText = ({ name, tensors }: Module): string =>
  `${name === '' ? '-' : name} (${[...tensors].map(([key, t]) => `${key} ${shown(t.shape)}`).join(', ')})`;

const convert = (unit: Unit, module: Module): NamedTensor[] =>
  unit.needs.map((need) => {
    const values = need.convert((tensorFor(need, module) as Given).values);
    return { name: need.name, shape: need.to, values };
  });

/** Numbered arrays, as numpy.savez writes a list: one after the other, in the order of the layers. */
function inSequence(units: readonly Unit[], given: ReadonlyMap<string, Given>): Matched {
  const arrays = [...given].sort(([a], [b]) => natural(a, b));
  const needs = units.flatMap((unit) => unit.needs.map((need) => ({ unit, need })));
  const tensors: NamedTensor[] = [];
  const left: { modules: string[]; layers: string[] } = { modules: [], layers: [] };
  for (let i = 0; i < Math.max(arrays.length, needs.length); i++) {
    const [array, want] = [arrays[i], needs[i]];
    if (array && want && array[1].shape.join() === want.need.from.join()) {
      tensors.push({ name: want.need.name, shape: want.need.to, values: want.need.convert(array[1].values) });
      continue;
    }
    if (array) left.modules.push(`${array[0]} (${shown(array[1].shape)})`);
    if (want) left.layers.push(`${want.need.name} (${shown(want.need.from)})`);
  }
  const pairs = units.map(({ layer }) => ({ module: 'arrays in order', layer, by: 'order' as const }));
  return { tensors, pairs, left };
}

/** `aliases` are names of layers in the file, where they are known to be others than in the model. */
export function matchWeights(
  units: readonly Unit[],
  given: ReadonlyMap<string, Given>,
  aliases: ReadonlyMap<string, string> = new Map(),
): Matched {
  const names = [...given.keys()];
  if (names.length > 0 && names.every((name) => /^(arr_)?\d+$/.test(name))) return inSequence(units, given);
  const modules = modulesOf(given);
  const free = new Set(modules);
  const found = new Map<Unit, { module: Module; by: 'name' | 'shape' | 'order' }>();
  // 1. Names: the whole path, or its end where that is said once.
  const ends = (name: string): string[] => {
    const parts = name.split(/[./]/);
    return parts.map((_, i) => parts.slice(i).join('.')).flatMap((end) => [end, nameFrom(end) ?? end]);
  };
  for (const unit of units) {
    const wanted = new Set([unit.layer, aliases.get(unit.layer) ?? unit.layer]);
    const own = modules.filter(
      (m) => free.has(m) && fits(unit, m) && (wanted.has(m.name) || ends(m.name).some((end) => wanted.has(end))),
    );
    const exact =
      own.find((m) => wanted.has(m.name) || wanted.has(nameFrom(m.name) ?? '')) ??
      (own.length === 1 ? own[0] : undefined);
    if (!exact) continue;
    found.set(unit, { module: exact, by: 'name' });
    free.delete(exact);
  }
  // 2. Order, among those of equal names and shapes: both sides must have as many.
  const rest = units.filter((unit) => !found.has(unit));
  for (const unit of rest) {
    if (found.has(unit)) continue;
    const same = rest.filter((u) => !found.has(u) && signature(u) === signature(unit));
    const theirs = modules.filter((m) => free.has(m) && fits(unit, m));
    if (same.length !== theirs.length) continue;
    same.forEach((u, i) => {
      const module = theirs[i] as Module;
      found.set(u, { module, by: same.length === 1 ? 'shape' : 'order' });
      free.delete(module);
    });
  }
  const missing = units.filter((unit) => !found.has(unit));
  return {
    tensors: units.flatMap((unit) => {
      const one = found.get(unit);
      return one ? convert(unit, one.module) : [];
    }),
    pairs: [...found].map(([unit, { module, by }]) => ({ module: module.name, layer: unit.layer, by })),
    left: { modules: [...free].map(moduleText), layers: missing.map(unitText) },
  };
}

const signature = ({ needs }: Unit): string =>
  needs
    .map((n) => `${n.keys.join('/')}:${n.from.join('x')}`)
    .sort()
    .join();

/** The order that the names of a file speak of. */
export function guessOrder(names: Iterable<string>): 'pytorch' | 'keras' | 'cnnc' | undefined {
  const ends = new Set([...names].map((name) => name.replace(/:\d+$/, '').replace(/^.*[./]/, '')));
  const has = (...words: string[]): boolean => words.some((word) => ends.has(word));
  if (has('kernel', 'depthwise_kernel', 'pointwise_kernel')) return 'keras';
  if (has('running_mean', 'running_var')) return 'pytorch';
  if (has('moving_mean', 'moving_variance')) return has('weight') ? 'cnnc' : 'keras';
  return undefined;
}
