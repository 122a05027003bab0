// The files of an ONNX test case: a folder of the backend tests, or a network with its output beside it.
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { caseIncomplete } from '../diagnostics/catalog/onnx.ts';
import { refuse } from '../diagnostics/index.ts';
import { decodeModel, decodeTensor, type OnnxModel, type OnnxTensor } from '../interop/onnx/decode.ts';
import { readBytes } from './files.ts';
import type { Io } from './io.ts';

/** One set of inputs and what they must give. */
export interface CaseData {
  readonly name: string;
  readonly inputs: ReadonlyMap<string, OnnxTensor>;
  readonly expected: readonly OnnxTensor[];
}

export interface OnnxCase {
  readonly name: string;
  /** The model file as the user would write it. */
  readonly file: string;
  readonly model: OnnxModel;
  readonly sets: readonly CaseData[];
}

const read = async (io: Io, shown: string): Promise<Uint8Array> => readBytes(resolve(io.cwd, shown), shown);

async function tensors(io: Io, folder: string, kind: 'input' | 'output'): Promise<OnnxTensor[]> {
  const names = await readdir(resolve(io.cwd, folder));
  const of = (name: string): number => Number(new RegExp(`^${kind}_(\\d+)\\.pb$`).exec(name)?.[1] ?? -1);
  const sorted = names.filter((n) => of(n) >= 0).sort((a, b) => of(a) - of(b));
  return Promise.all(sorted.map(async (n) => decodeTensor(await read(io, join(folder, n)), join(folder, n))));
}

/** The inputs of networks that come without any: element i of n is i / n, in f32. */
function ramp(model: OnnxModel): Map<string, OnnxTensor> {
  return new Map(
    model.inputs.map(({ name, type, dims }) => {
      const sizes = (dims ?? []).map((d) => (typeof d === 'number' ? d : 1));
      const n = sizes.reduce((a, b) => a * b, 1);
      return [name, { name, type, dims: sizes, values: Float32Array.from({ length: n }, (_, i) => i / n) }];
    }),
  );
}

/** Reads a case folder, or `NET.onnx` with `NET_output_0.pb` beside it. Refuses what is neither. */
export async function readCase(io: Io, path: string): Promise<OnnxCase> {
  const found = await stat(resolve(io.cwd, path)).catch(() => undefined);
  if (!found) refuse(caseIncomplete(path, 'there is no such folder or file'));
  // The model of a case stands for its folder.
  const inCase =
    basename(path) === 'model.onnx' && (await readdir(resolve(io.cwd, dirname(path)))).includes('test_data_set_0');
  if (found?.isFile() && inCase) return readCase(io, dirname(path));
  if (found?.isFile()) {
    const model = decodeModel(await read(io, path), path);
    const stem = join(dirname(path), basename(path, '.onnx'));
    const expected = await Promise.all(
      model.outputs.map(async (_, i) =>
        decodeTensor(await read(io, `${stem}_output_${i}.pb`), `${stem}_output_${i}.pb`),
      ),
    );
    return {
      name: basename(path, '.onnx'),
      file: path,
      model,
      sets: [{ name: 'i / n', inputs: ramp(model), expected }],
    };
  }
  const names = await readdir(resolve(io.cwd, path));
  if (!names.includes('model.onnx')) refuse(caseIncomplete(path, 'there is no model.onnx in it'));
  const file = join(path, 'model.onnx');
  const model = decodeModel(await read(io, file), file);
  const folders = names.filter((n) => /^test_data_set_\d+$/.test(n)).sort();
  if (folders.length === 0) refuse(caseIncomplete(path, 'there is no test_data_set_0 in it'));
  const sets: CaseData[] = [];
  for (const name of folders) {
    const given = await tensors(io, join(path, name), 'input');
    const expected = await tensors(io, join(path, name), 'output');
    if (expected.length === 0) refuse(caseIncomplete(path, `${name} holds no output_0.pb`));
    const inputs = new Map(model.inputs.flatMap((port, i) => (given[i] ? [[port.name, given[i]] as const] : [])));
    sets.push({ name, inputs, expected });
  }
  return { name: basename(resolve(io.cwd, path)), file, model, sets };
}
