// An imported model, computed and compared with what the ONNX graph itself gives.
import { createSession, predict } from '../../runtime/index.ts';
import type { Target } from '../../src/codegen/schedules.ts';
import { compile } from '../../src/compile.ts';
import type { Imported } from '../../src/interop/network/imported.ts';
import type { OnnxTensor } from '../../src/interop/onnx/decode.ts';
import { lastOrder, turnedNumbers } from '../../src/interop/onnx/value.ts';
import { referenceBackend } from '../../src/reference/train.ts';

export const values = (imported: Imported): Map<string, Float32Array<ArrayBuffer>> =>
  new Map(imported.tensors.map((t) => [t.name, t.values as Float32Array<ArrayBuffer>]));

/** N x C x spatial in the order of cnnc. */
export const channelsLast = ({ dims, values: v }: Pick<OnnxTensor, 'dims' | 'values'>): Float32Array<ArrayBuffer> =>
  Float32Array.from(turnedNumbers(v, dims, lastOrder(dims.length)));

/** The output of the imported text in double precision. */
export async function onReference(imported: Imported, input: Float32Array<ArrayBuffer>): Promise<Float32Array> {
  const { plan, graphs } = compile(
    { file: `${imported.name}.cnn`, text: imported.text },
    { inferOnly: true, batch: 1 },
  );
  if (!plan || !graphs) throw new Error('the imported text does not compile');
  const backend = referenceBackend(graphs, plan);
  backend.initialise(0);
  backend.setParameters(values(imported));
  return backend.predict(input);
}

/**
 * The model in two: up to where its picture is flattened, and the dense layers from there on, whose weights are more than
 * some adapters bind.
 */
export function halves(imported: Imported): [Imported, Imported] {
  const [head = '', tail = ''] = imported.text.split(/(?<=^ *flatten\b.*\n)/m);
  const [, features = ''] = /=> (\d+)/.exec(head.split('\n').at(-2) ?? '') ?? [];
  const texts = [`${head}}\n`, `model tail {\n  input ${features}\n${tail}`];
  return texts.map((text): Imported => {
    const { plan } = compile({ file: 'half.cnn', text }, { inferOnly: true, batch: 1 });
    const own = new Set(plan?.parameters.map((p) => p.name));
    return { ...imported, text, tensors: imported.tensors.filter((t) => own.has(t.name)) };
  }) as [Imported, Imported];
}

/** The same on a device. */
export async function onDevice(
  imported: Imported,
  input: Float32Array<ArrayBuffer>,
  device: GPUDevice,
  target: Target | undefined,
): Promise<Float32Array> {
  const { plan } = compile(
    { file: `${imported.name}.cnn`, text: imported.text },
    { inferOnly: true, batch: 1, ...(target ? { target } : {}) },
  );
  if (!plan) throw new Error('the imported text does not compile');
  const session = await createSession(device, plan, ['infer']);
  try {
    session.setParameters(values(imported));
    return await predict(session, input);
  } finally {
    session.dispose();
  }
}
