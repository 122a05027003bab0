// What follows from the numbers of the file alone: computed while importing.
import { Failure } from '../../../diagnostics/index.ts';
import { convertModel } from '../convert.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../decode.ts';
import { reference } from '../prepare.ts';

/** The outputs of a node whose inputs are all known; refuses as the conversion of the node does. */
export function computeKnown(
  model: OnnxModel,
  node: OnnxNode,
  known: ReadonlyMap<string, OnnxTensor>,
  refuse: (reason: string) => never,
): Map<string, OnnxTensor> {
  const given = node.inputs.flatMap((name) => {
    const tensor = name === '' ? undefined : known.get(name);
    return tensor ? [[name, tensor] as const] : [];
  });
  const outputs = node.outputs.filter((name) => name !== '');
  const alone: OnnxModel = {
    ...model,
    nodes: [node],
    initializers: new Map(given),
    inputs: [],
    outputs: outputs.slice(0, 1).map((name) => ({ name, type: 'float', dims: undefined })),
  };
  try {
    const converted = convertModel(alone, new Map(), '');
    const found = new Map<string, OnnxTensor>();
    const numbers = [...converted.outputs.values()].every((v) => v.known) ? undefined : reference(converted);
    for (const [name, { dims, type, known: values }] of converted.outputs)
      found.set(name, { name, dims, type, values: values ?? (numbers?.get(name) as ArrayLike<number>) });
    return found;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const reasons = error.diagnostics.map((d) =>
      d.message.replace(/^node "[^"]*" \([^)]*\) cannot be expressed: /, ''),
    );
    return refuse(reasons.join('; '));
  }
}
