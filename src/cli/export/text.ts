// What `cnnc export` says when it is done.
import { grouped } from '../format.ts';
import type { ExportedModel, Port } from './model.ts';

const port = ({ name, shape }: Port): string => `${name} ${shape.join('x')}`;

export function exportText(file: string, made: ExportedModel): string {
  const operators = Object.entries(made.operators).map(([op, count]) => `${count} ${op}`);
  const weights = made.weights ?? (made.seed === null ? 'the model file' : `seed ${made.seed}, untrained`);
  return `${file}: ONNX, operator set ${made.opset}, ${grouped(made.bytes.length)} bytes
  in ${made.inputs.map(port).join(', ')}; out ${made.outputs.map(port).join(', ')} (N is the batch)
  ${grouped(made.parameters)} parameters from ${weights}; ${operators.join(', ')}
`;
}
