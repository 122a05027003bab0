// Messages about writing models in other formats: E0760 and E0761.
import { entry } from '../entry.ts';
import type { Span } from '../types.ts';

/** Protocol buffers end at 2^31 - 1 bytes. */
export const tooLargeForOnnx = entry('E0760', (span: Span, model: string, parameters: number, bytes: number) => ({
  message: `the weights of \`${model}\` do not fit in one ONNX file: ${parameters} * 4 bytes = ${bytes} bytes, and a file ends at 2147483647`,
  primary: { span, text: '' },
  help: [
    'safetensors files have no such end: `cnnc train` writes them, and `cnnc compile` writes the network beside them',
  ],
}));

export const untrained = entry('E0761', (file: string, parameter: string, ways: readonly string[]) => ({
  message: `${parameter} is random before training: what is exported?`,
  file,
  help: [
    ...ways,
    '--weights FILE: what training learned, such as runs/MODEL/MODEL.safetensors',
    '--seed N: the model as training with that seed would start',
  ],
}));
