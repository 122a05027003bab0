// Whether a device accepts a plan: shaders, pipelines, bindings and dispatches, with what it says if not.
import { createSession, type Plan, type ProgramName } from '../../runtime/index.ts';

/** What the device says of the kernels it refuses, with their texts. */
export async function shaderErrors(device: GPUDevice, plan: Plan): Promise<string[]> {
  const all = await Promise.all(
    plan.kernels.map(async ({ name, wgsl }) => {
      const { messages } = await device.createShaderModule({ code: wgsl }).getCompilationInfo();
      const errors = messages.filter((m) => m.type === 'error').map((m) => `${m.lineNum}:${m.linePos} ${m.message}`);
      return errors.length === 0 ? [] : [`${name}: ${errors.join('; ')}\n${wgsl}`];
    }),
  );
  return all.flat();
}

/** Everything the device refuses of a plan: it is made, loaded with data, and each of its programs is run once. */
export async function refused(device: GPUDevice, plan: Plan): Promise<string[]> {
  device.pushErrorScope('validation');
  let made = true;
  try {
    const programs = (['infer', 'evaluate', 'train'] as const satisfies readonly ProgramName[]).filter(
      (p) => plan.programs[p].length > 0,
    );
    const session = await createSession(device, plan, programs);
    session.initialise(1);
    const size = plan.input.shape.reduce((a, b) => a * b, 1);
    const order = new Uint32Array(plan.batch);
    const length = plan.labels ? plan.labels.shape.reduce((a, b) => a * b, plan.batch) : 0;
    const labels = plan.labels?.dtype === 'f32' ? new Float32Array(length) : new Uint32Array(length);
    const step = { count: plan.batch, start: 0, step: 1, seed: 1, lr: 0.1, scale: 1 };
    for (const values of [new Uint8Array(size), new Float32Array(size)]) {
      const data = session.upload({ values, scale: 1, labels });
      data.setOrder(order);
      for (const program of programs) session.run(program, [step, { ...step, step: 2 }], data);
      data.destroy();
    }
    session.dispose();
  } catch {
    made = false;
  }
  const shaders = made ? [] : await shaderErrors(device, plan);
  const invalid = await device.popErrorScope();
  return shaders.length > 0 ? shaders : invalid ? [invalid.message] : made ? [] : ['the session cannot be made'];
}
