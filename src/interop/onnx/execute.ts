// A converted ONNX graph run once on a device, or by the reference.
import { createSession } from '../../../runtime/index.ts';
import type { Target } from '../../codegen/schedules.ts';
import type { Converted } from './convert.ts';
import { fixedStep, type Prepared, prepare } from './prepare.ts';

const singles = (values: ArrayLike<number>): Float32Array<ArrayBuffer> =>
  values instanceof Float32Array && values.buffer instanceof ArrayBuffer
    ? (values as Float32Array<ArrayBuffer>)
    : Float32Array.from(values);

/** The outputs by name, in the order of ONNX. `check` may refuse a plan that the device has no room for. */
export async function execute(
  converted: Converted,
  device: GPUDevice,
  target: Target | undefined,
  check: (plan: NonNullable<Prepared['plan']>) => void = () => undefined,
): Promise<Map<string, ArrayLike<number>>> {
  const { plan, places, given } = prepare(converted, target);
  const found = new Map(given);
  if (!plan) return found;
  check(plan);
  const session = await createSession(device, plan, ['infer']);
  try {
    session.setParameters(new Map([...converted.leaves].map(([id, { values }]) => [id, singles(values)])));
    session.run('infer', [fixedStep]);
    for (const [name, view] of places) found.set(name, new Float32Array(await session.read(view)));
  } finally {
    session.dispose();
  }
  return found;
}
