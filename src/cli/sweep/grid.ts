// What is swept: `lr=1e-5..10:7log` read, and the points of a grid or of chance.
import { hash32, streamOf } from '../../../runtime/index.ts';
import * as say from '../../diagnostics/catalog/sweep.ts';
import { refuse } from '../../diagnostics/index.ts';

export interface Axis {
  readonly name: string;
  /** Those of the grid, as written or from low to high; with `--random` of a range only its two ends. */
  readonly values: readonly number[];
  /** Of a range: how it is divided. */
  readonly scale?: 'log' | 'lin';
}

/** A value for each name. */
export type Point = Readonly<Record<string, number>>;

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?`;
const RANGE = new RegExp(`^(${NUMBER})\\.\\.(${NUMBER}):(\\d*)(log|lin)$`, 'i');
const ONE = new RegExp(`^${NUMBER}$`, 'i');

/** As short as it can be said: 1.0000000000000002e-5 is 1e-5. Twelve digits tell all values apart that make a difference. */
const tidy = (v: number): number => Number(v.toPrecision(12));

/** `random`: a range needs no count. Refuses (E0860). */
export function parseGrid(spec: string, random: boolean): Axis {
  const bad = (reason: string): never => refuse(say.badGrid(spec, reason));
  const [, name = '', values = ''] = /^([A-Za-z_]\w*)=(.+)$/.exec(spec) ?? bad('it is not NAME=VALUES');
  if (!values.includes('..')) {
    const list = values.split(',').map((word) => (ONE.test(word) ? Number(word) : bad(`"${word}" is no number`)));
    const twice = list.find((v, i) => list.indexOf(v) !== i);
    if (twice !== undefined) bad(`${twice} is among its values twice`);
    return { name, values: list };
  }
  const [, from, to, digits = '', word = ''] =
    RANGE.exec(values) ?? bad('a range is FROM..TO:COUNTlog or FROM..TO:COUNTlin');
  const [low, high, scale] = [Number(from), Number(to), word.toLowerCase() as 'log' | 'lin'];
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) bad(`${from} is not below ${to}`);
  if (scale === 'log' && low <= 0) bad(`a range in equal factors begins above 0, and ${from} is not`);
  if (digits === '' && !random) bad(`it does not say how many values: ${from}..${to}:7${scale}`);
  if (digits !== '' && (Number(digits) < 2 || Number(digits) > 1000))
    bad(`a range has from 2 to 1000 values, not ${digits}`);
  if (random) return { name, values: [low, high], scale };
  const count = Number(digits);
  const between = (i: number): number => {
    const part = i / (count - 1);
    return scale === 'log' ? 10 ** ((1 - part) * Math.log10(low) + part * Math.log10(high)) : low + part * (high - low);
  };
  return {
    name,
    scale,
    values: Array.from({ length: count }, (_, i) => (i === 0 ? low : i === count - 1 ? high : tidy(between(i)))),
  };
}

/** Every point of the grid; the last name changes fastest. */
export function gridPoints(axes: readonly Axis[]): Point[] {
  return axes.reduce<Point[]>(
    (points, { name, values }) => points.flatMap((p) => values.map((value) => ({ ...p, [name]: value }))),
    [{}],
  );
}

/** `count` points: uniform in a range or its logarithm, any value of a list; each number follows from the seed, the name and its place. */
export function randomPoints(axes: readonly Axis[], count: number, seed: number, whole: ReadonlySet<string>): Point[] {
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(
      axes.map(({ name, values, scale }) => {
        const u = hash32(seed, streamOf(`sweep.${name}`), i) / 2 ** 32;
        if (!scale) return [name, values[Math.floor(u * values.length)] as number];
        const [low, high] = values as [number, number];
        const drawn = scale === 'log' ? low * (high / low) ** u : low + u * (high - low);
        return [name, whole.has(name) ? Math.round(drawn) : Number(drawn.toPrecision(6))];
      }),
    ),
  );
}
