// What holds for every legal network: both targets are accepted without a GPU, and a device computes what the reference does.
import { type StepValues, uniform } from '../../runtime/index.ts';
import { isOp, sizeOf } from '../../src/ir/index.ts';
import { norm, relativeError } from '../support/numbers.ts';
import { compileFor, type Target, targets } from '../support/targets.ts';
import { refused } from '../support/validate.ts';
import { follow, start } from '../training/harness.ts';

const BATCH = 3;
/** Pictures: the second batch has fewer than the others. */
const COUNT = 5;
/** Rounding of a few layers, of softmax of large scores, of sums that cancel. */
const WITHIN = 3e-4;
/**
 * What a gradient of 0 may be off by, beside parameters of about 1: that of a bias before a normalisation or a softmax
 * is 0, and what is left of it is rounding.
 */
const ROUNDING = 1e-5;
/** How many times what single precision does to the reference a device may be off by: its sums have another order. */
const TIMES_SINGLE = 8;

/** Moves each value by up to a unit in the last place of single precision, at random but always the same. */
function shaken(seed: number): (value: number) => number {
  let i = 0;
  return (v) => Math.fround(v * (1 + (2 * uniform(seed, 0, i++) - 1) * 2 ** -23));
}
/** Several ways to round, so that no luck of one hides how much rounding matters. */
const roundings = [() => Math.fround, () => shaken(1), () => shaken(2)];

/** What Dawn's null backend refuses of the network, for every target. */
export async function refusals(device: GPUDevice, text: string): Promise<string[]> {
  const all: string[] = [];
  for (const target of targets) {
    const { plan, diagnostics } = compileFor(target, { file: 'drawn.cnn', text }, { batch: BATCH });
    if (!plan) return diagnostics.map((d) => d.message);
    all.push(...(await refused(device, plan)).map((what) => `${target}: ${what}`));
  }
  return all;
}

/** How far inference and a step of training on the device are from the reference, for each value that is too far. */
export async function differences(device: GPUDevice, target: Target, text: string): Promise<string[]> {
  device.pushErrorScope('validation');
  const running = await start(device, target, { file: 'drawn.cnn', text }, BATCH, COUNT);
  const { session, data, leaves, compiled } = running;
  const wrong: string[] = [];
  const compare = (what: string, got: ArrayLike<number>, want: ArrayLike<number>): void => {
    const error = relativeError(got, want);
    if (!(error <= WITHIN)) wrong.push(`${what}: relative error ${error.toExponential(2)}`);
  };
  const row = (first: number, step: number): StepValues => ({
    start: first,
    count: Math.min(BATCH, COUNT - first),
    step,
    seed: 11,
    lr: compiled.plan.train?.lr ?? 0.1,
    scale: data.scale,
  });
  session.run('evaluate', [row(0, 0)], data);
  const evaluated = follow(running, 'evaluate', row(0, 0));
  compare('inference', await session.readOutput(), evaluated.output ?? []);
  compare('sums of an evaluation', await session.readMetrics(), evaluated.metrics);
  /** A step is compared by what it changed: parameters may be large beside it. */
  const compareStep = (what: string, got: ArrayLike<number>, before: Float64Array): void => {
    const want = leaves.get(what)!.data;
    const error = norm(want.map((v, i) => v - (got[i] as number)));
    const step = norm(want.map((v, i) => v - (before[i] as number)));
    const rounding =
      ROUNDING * Math.max(norm(want), Math.sqrt(want.length)) +
      TIMES_SINGLE *
        singles.reduce((sum, s) => sum + norm(want.map((v, i) => v - (s.get(what)!.data[i] as number))), 0);
    if (!(error <= WITHIN * step + rounding))
      wrong.push(
        `${what}: ${error.toExponential(2)} off after a step of ${step.toExponential(2)}, rounding ${rounding.toExponential(2)}`,
      );
  };
  const before = new Map([...leaves].map(([name, { data: values }]) => [name, values]));
  session.run('train', [row(BATCH, 1)], data);
  /** What the step leaves where each operation rounds: normalisations of nearly equal values make rounding large. */
  const singles = roundings.map((round) => {
    const left = new Map(leaves);
    follow({ ...running, leaves: left }, 'train', row(BATCH, 1), round());
    return left;
  });
  const { metrics } = follow(running, 'train', row(BATCH, 1));
  compare('sums of a step', await session.readMetrics(), metrics);
  for (const [name, values] of await session.parameters()) compareStep(name, values, before.get(name)!);
  for (const node of compiled.graphs.train?.nodes.filter((n) => isOp(n, 'state')) ?? []) {
    const view = compiled.emitted.scheduled.train!.memory.places.get(node)!;
    const values = new Float32Array(await session.read(view)).subarray(0, sizeOf(node.type.shape));
    const start = new Float64Array(values.length).fill(node.attrs.initial ?? 0);
    compareStep(node.id, values, start);
  }
  data.destroy();
  session.dispose();
  const invalid = await device.popErrorScope();
  return invalid ? [...wrong, invalid.message] : wrong;
}
