// A model file and its weights as the bytes of an ONNX file, and what it says about itself.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { initialValues, type Plan } from '../../../runtime/index.ts';
import { tooLargeForOnnx, untrained } from '../../diagnostics/catalog/export.ts';
import { refuse } from '../../diagnostics/index.ts';
import { exportOnnx, type Layout } from '../../interop/onnx/export/index.ts';
import type { Graph } from '../../ir/index.ts';
import { namesFor } from '../classes.ts';
import { besideFile } from '../imports.ts';
import type { Io } from '../io.ts';
import { compileSource, type ModelFile, openModel, parameterCount } from '../model.ts';
import { version } from '../version.ts';
import { outputName } from '../web/pack.ts';
import { readStart, readWeights, weightsToGive } from '../weights.ts';

export interface ExportRequest {
  readonly weights: string | undefined;
  readonly seed: number | undefined;
  readonly opset: number;
  readonly layout: Layout;
  readonly fold: boolean;
  readonly set: Readonly<Record<string, number>>;
}

export interface Port {
  readonly name: string;
  /** `N` is the batch. */
  readonly shape: readonly (number | string)[];
}

export interface ExportedModel {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly model: string;
  readonly opset: number;
  readonly layout: Layout;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** How many nodes there are of each operator, by name. */
  readonly operators: Readonly<Record<string, number>>;
  readonly parameters: number;
  /** The file that the weights come from, or null. */
  readonly weights: string | null;
  /** What the weights follow from when they come from no file, or null. */
  readonly seed: number | null;
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** The comment that a model file opens with. */
function openingComment(text: string): string {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('//')) break;
    lines.push(line.slice(2).trim());
  }
  return lines.join('\n');
}

interface Given {
  readonly values: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  readonly from: string | null;
  readonly seed: number | null;
  readonly data?: string | undefined;
}

/** The values of all parameters: of a file, or those that training starts from. */
async function valuesOf(io: Io, model: ModelFile, { weights, seed }: ExportRequest): Promise<Given> {
  const { plan, startsFrom } = model.compiled;
  if (weights !== undefined) {
    const read = await readWeights(io, weights, plan);
    return { values: read.values, from: weights, seed: null, data: read.metadata.data };
  }
  const random = plan.parameters.find(({ init }) => init.kind !== 'constant' && init.kind !== 'values');
  if (random && seed === undefined) refuse(untrained(model.source.file, random.name, weightsToGive(startsFrom)));
  const start =
    startsFrom && (await readStart(io, besideFile(startsFrom.path, startsFrom.span.source), plan, startsFrom.span));
  const drawn = plan.parameters.map((p) => [p.name, start?.values.get(p.name) ?? initialValues(p, seed ?? 0)] as const);
  return { values: new Map(drawn), from: start?.file ?? null, seed: random && seed !== undefined ? seed : null };
}

/** What is refused before any weights are made. */
function checkSize(plan: Plan, { compiled: { model } }: ModelFile): void {
  const parameters = parameterCount(plan);
  // Names and nodes take a fraction of the last mebibyte.
  if (4 * parameters > 2 ** 31 - 2 ** 20)
    refuse(tooLargeForOnnx(model.name.span, plan.model, parameters, 4 * parameters));
}

export async function exportModel(io: Io, file: string, request: ExportRequest): Promise<ExportedModel> {
  const opened = await openModel(io, file, { inferOnly: true, set: request.set });
  const { plan, config } = opened.compiled;
  checkSize(plan, opened);
  const given = await valuesOf(io, opened, request);
  const model = request.fold ? compileSource(opened.source, { ...opened.options, fold: given.values }) : opened;
  const stage = `infer after ${request.fold ? 'fold-batch-norm' : 'for-inference'}`;
  const graph = model.compiled.stages.get(stage) as Graph;
  const { outputIs } = plan;
  const classes =
    outputIs === 'values'
      ? undefined
      : namesFor(given.data ?? config?.data ?? undefined, plan.output.shape.at(-1) as number);
  const { bytes, inputs, outputs, nodes } = exportOnnx(graph, model.compiled.folded ?? given.values, {
    layout: request.layout,
    opset: request.opset,
    producerVersion: version,
    doc: openingComment(opened.source.text),
    outputName: outputName(plan),
    metadata: {
      model: plan.model,
      source: basename(file),
      source_sha256: sha256(opened.source.text),
      weights:
        given.from === null
          ? given.seed === null
            ? 'those of the model file'
            : `untrained, seed ${given.seed}`
          : basename(given.from),
      layout: request.layout,
      output_is: outputIs,
      ...(classes ? { classes: JSON.stringify(classes) } : {}),
    },
  });
  const operators: Record<string, number> = {};
  for (const { op } of nodes) operators[op] = (operators[op] ?? 0) + 1;
  const ports = (all: typeof inputs): Port[] => all.map(({ name, dims }) => ({ name, shape: dims }));
  return {
    bytes,
    sha256: sha256(bytes),
    model: plan.model,
    opset: request.opset,
    layout: request.layout,
    inputs: ports(inputs),
    outputs: ports(outputs),
    operators,
    parameters: parameterCount(model.compiled.plan),
    weights: given.from,
    seed: given.seed,
  };
}
