// What `cnnc compile --target web` writes: one module with runtime, plan and shaders inside, and its types.
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plan } from '../../../runtime/index.ts';
import { writeSafetensors } from '../../interop/safetensors.ts';
import { version } from '../version.ts';
import { needsFull, outputName, packPlan } from './pack.ts';

/** A runtime that the build made: beside the program, or in dist/ when cnnc runs from its sources. */
function runtimeText(variant: 'infer' | 'train' | 'full'): string {
  const places = ['./web/', '../web/', '../../../dist/web/'].map((folder) =>
    fileURLToPath(new URL(`${folder}${variant}.js`, import.meta.url)),
  );
  const found = places.find((place) => existsSync(place));
  if (!found) throw new Error(`web/${variant}.js is not built: npm run build`);
  return readFileSync(found, 'utf8').trim();
}

const head = (plan: Plan, file: string): string =>
  `// The model ${plan.model}, compiled by cnnc ${version} from ${basename(file)}. Do not edit: compile again.\n`;

/** The module: nothing is imported, and no text is run as code but the shaders. */
export const webModule = (plan: Plan): string => {
  const train = plan.programs.train.length > 0;
  const variant = train ? (needsFull(plan) ? 'full' : 'train') : 'infer';
  return `// ${plan.model}, by cnnc ${version}\nconst $=${JSON.stringify(packPlan(plan, train))};${runtimeText(variant)}\n`;
};

const size = (shape: readonly number[]): string => shape.join('x');

function trainingTypes(plan: Plan): string {
  const { labels, metrics, train } = plan;
  const shape = labels && labels.shape.length > 0 ? ` for each of ${size(labels.shape)} places of a picture` : '';
  const wanted = !labels
    ? 'not needed'
    : labels.dtype === 'u32'
      ? `a class from 0 to ${labels.classes - 1}${shape || ' for each picture'}`
      : `${size(labels.shape) || 'a'} values for each picture`;
  return `
/** What a part of an epoch gave: means over its pictures. */
export interface Report {
  /** Of this network so far, from 1. */
  readonly epoch: number;
  /** Steps of this network so far, and what they will be at the end of this training. */
  readonly step: number;
  readonly steps: number;
  readonly lr: number;
${metrics.map((name) => `  readonly ${JSON.stringify(name)}: number;\n`).join('')}}

export interface TrainOptions {
  /** ${train?.epochs} unless given. */
  readonly epochs?: number;
  /** Learning rate; ${train?.lr} unless given. */
  readonly lr?: number;
  /** Ends the training with an error after the report under way. */
  readonly signal?: AbortSignal;
}
export type Labels = ${labels ? 'ArrayLike<number>' : 'ArrayLike<number> | undefined'};
${`
/** Trains with ${train?.optimizer}, batches of ${plan.batch}; labels: ${wanted}. */
export type Train = (pictures: Values, labels: Labels, options?: TrainOptions) => AsyncGenerator<Report, void>;
`.trim()}
`;
}

/** Its types: what goes in and what comes out, by name and shape. */
export function webTypes(plan: Plan, file: string): string {
  const output = outputName(plan);
  const [, ...input] = plan.input.shape;
  const [, ...out] = plan.output.shape;
  const train = plan.programs.train.length > 0;
  const names = plan.parameters.map(({ name }) => JSON.stringify(name));
  return `${head(plan, file)}
/** Names of the parameters, as in the weights' file. */
export type ParameterName = ${names.length === 0 ? 'never' : names.join(' | ')};

/** One or more inputs of ${size(input)}, one after the other: floats as the network reads them, or bytes, divided by 255. */
export type Values = Float32Array<ArrayBuffer> | Float64Array | Uint8Array | Uint8ClampedArray;
${input.length === 3 ? '/** Pictures, drawn or as files, are brought to the size of the input. */\nexport type Input = Values | ImageData | ImageBitmapSource | GPUBuffer;' : 'export type Input = Values | GPUBuffer;'}

export interface Output {
  /** ${size(out)} for each input, one after the other${plan.outputIs.startsWith('binary') ? '; each is about a class of its own' : ''}. */
  readonly ${output}: Float32Array<ArrayBuffer>;
}
${train ? trainingTypes(plan) : ''}
export interface LoadOptions {
  /** The weights: a file, seen from this module, or its bytes. ${train ? 'Random ones' : `${plan.model}.safetensors beside this module`} unless given. */
  readonly weights?: string | URL | Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer>;
  /** A device of the page's own; one of the module's own unless given. */
  readonly device?: GPUDevice;
  /** Gives up loading. */
  readonly signal?: AbortSignal;
${train ? `  /** Of the random numbers; ${plan.train?.seed} unless given. */\n  readonly seed?: number;\n` : ''}  /** Told how much is done, up to 1. */
  onProgress?(done: number): void;
}

export interface Net {
  readonly device: GPUDevice;
  /** Resolves when the device is lost; \`load\` again then. */
  readonly lost: Promise<GPUDeviceLostInfo>;
  predict(input: Input): Promise<Output>;
${train ? '  readonly train: Train;\n  /** The weights as a safetensors file. */\n  save(): Promise<Blob>;\n' : ''}  /** Gives back all memory, and the device unless it was given. */
  dispose(): void;
}

/** Makes ${plan.model} ready. Rejects when there is no WebGPU, the weights are missing or of another model, or \`signal\` says so. */
export declare function load(options?: LoadOptions): Promise<Net>;
`;
}

/** All files by their names. */
export function webArtifacts(
  plan: Plan,
  file: string,
  weights?: ReadonlyMap<string, Float32Array<ArrayBuffer>>,
): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>([
    [`${plan.model}.js`, webModule(plan)],
    [`${plan.model}.d.ts`, webTypes(plan, file)],
  ]);
  if (weights) {
    const tensors = plan.parameters.map(({ name, shape, stored }) => ({
      name,
      shape,
      values: weights.get(name) as Float32Array<ArrayBuffer>,
      stored,
    }));
    // Numbers of more bytes first: each starts at a multiple of its size.
    const order = [undefined, 'f16', 'i8'];
    tensors.sort((a, b) => order.indexOf(a.stored) - order.indexOf(b.stored));
    files.set(`${plan.model}.safetensors`, writeSafetensors(tensors, { model: plan.model }));
  }
  return files;
}
