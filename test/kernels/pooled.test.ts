// Convolutions that pool what they make, and winners with the gradient that reads them, against the reference on all targets.
import { describe, test } from 'vitest';
import { withDevice } from '../support/adapter.ts';
import { runnable, slow, type Target } from '../support/targets.ts';
import { check, scene } from './harness.ts';
import { addPool, expectJoined, type Pooled, table } from './pools.ts';

const opened = await withDevice();
/** A software adapter takes seconds to compile a kernel of registers, or one with barriers. */
const few = opened?.adapter.kind === 'software' && !slow;

/** Lanes that share: the rules take no more of them than every adapter with subgroups has. */
const shares = !opened || opened.features.includes('subgroups');
const all: readonly Target[] = [...runnable(opened), 'gpu', ...(shares ? (['gpu-subgroups'] as const) : [])];
describe.skipIf(!opened).each(all)('pools behind convolutions, target %s', (target) => {
  const some = target === 'gpu-subgroups' ? [2, 12] : [2, 4, 8, 12];
  const sizes = few && target !== 'cpu' ? some.map((i) => table[i] as Pooled) : table;
  test('inference', async () => {
    const s = scene();
    const mean = sizes.slice(1, 3).map((g): Pooled => ({ ...g, kind: 'avgpool2d' }));
    const pools = [...sizes, ...mean].map((g) => [addPool(s, g, false), g] as const);
    expectJoined(s, target, pools);
    await check(opened!.device, target, s, { step: { seed: 3, step: 2 } });
  });

  test('with winners and their gradient', async () => {
    const s = scene();
    const pools = sizes.map((g) => [addPool(s, g, true), g] as const);
    expectJoined(s, target, pools);
    await check(opened!.device, target, s, { step: { seed: 3, step: 2 } });
  });
});
