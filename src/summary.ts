// What a model is made of, in numbers: layers, parameters, multiply-adds, memory, receptive field.

import type { CompiledModel } from './compile.ts';
import { bytesText, grouped, table } from './format.ts';
import { opDef, sizeOf } from './ir/index.ts';
import type { LayerInfo } from './passes/lower-ast.ts';
import { receptiveFields } from './passes/receptive-field.ts';

export interface LayerSummary {
  readonly name: string;
  readonly op: string;
  /** Of one picture. */
  readonly output: readonly number[];
  readonly parameters: number;
  /** Of one picture. */
  readonly multiply_adds: number;
  /** Of the output, for a whole batch. */
  readonly activation_bytes: number;
  /** Rows and columns of the input that one output sees; null once there is no picture any more. */
  readonly receptive_field: readonly [number, number] | null;
}

export interface Summary {
  readonly model: string;
  readonly input: readonly number[];
  readonly batch: number;
  readonly parameters: number;
  readonly trainable: number;
  /** Of one picture, forward. */
  readonly multiply_adds: number;
  readonly layers: readonly LayerSummary[];
  /** Outputs of all layers for a batch. */
  readonly activation_bytes: number;
  /** What one training step keeps apart from parameters; null without a train section. */
  readonly training_arena_bytes: number | null;
  readonly inference_arena_bytes: number;
  readonly parameter_bytes: number;
  readonly optimizer_bytes: number;
  /** Of the last layer that is a picture. */
  readonly receptive_field: readonly [number, number] | null;
  /** Lines of the data section that change pictures while training. */
  readonly augment: readonly string[];
}

/** Summarises a compiled model. */
export function summarise({ layers, forward, plan, emitted, data }: CompiledModel): Summary {
  const { batch } = plan;
  const fields = receptiveFields(forward);
  const multiplyAddsOf = ({ name }: LayerInfo): number =>
    forward.nodes
      .filter((n) => n.layer?.name === name)
      .reduce((sum, n) => sum + (opDef(n.op).multiplyAdds?.(n) ?? 0) / batch, 0);
  const rows = layers
    .filter(({ op }) => op !== 'input')
    .map((layer): LayerSummary => {
      const { shape } = layer.output.type;
      return {
        name: layer.name,
        op: layer.op,
        output: shape.slice(1),
        parameters: layer.parameters.reduce((n, p) => n + sizeOf(p.type.shape), 0),
        multiply_adds: multiplyAddsOf(layer),
        activation_bytes: 4 * sizeOf(shape),
        receptive_field: fields.get(layer.output)?.size ?? null,
      };
    });
  const count = (of: readonly { readonly shape: readonly number[] }[]): number =>
    of.reduce((n, p) => n + sizeOf(p.shape), 0);
  const parameters = count(plan.parameters);
  const trained = emitted.scheduled.train;
  return {
    model: plan.model,
    input: plan.input.shape.slice(1),
    batch,
    parameters,
    trainable: count(plan.parameters.filter((p) => p.trainable)),
    multiply_adds: rows.reduce((n, l) => n + l.multiply_adds, 0),
    layers: rows,
    activation_bytes: rows.reduce((n, l) => n + l.activation_bytes, 0),
    training_arena_bytes: trained?.memory.arenaBytes ?? null,
    inference_arena_bytes: emitted.scheduled.infer?.memory.arenaBytes ?? 0,
    parameter_bytes: 4 * parameters,
    optimizer_bytes: plan.buffers.find((b) => b.role === 'state')?.bytes ?? 0,
    receptive_field: rows.findLast((l) => l.receptive_field !== null)?.receptive_field ?? null,
    augment: (data?.augment ?? []).map(({ span: { source, start, end } }) =>
      source.text.slice(start, end).replace(/\s+/g, ' '),
    ),
  };
}

const shapeText = (shape: readonly number[]): string => shape.join('x');

/** Rows and columns; along a signal, of which there is one row, its length alone. */
const fieldText = (field: readonly [number, number], output: readonly number[]): string =>
  output.length === 2 ? `${field[1]}` : shapeText(field);

/** The table that people read. */
export function summaryText(s: Summary): string {
  const right = [false, false, true, true, true, true, true];
  const head = ['layer', 'op', 'output', 'parameters', 'multiply-adds', `memory`, 'sees'];
  const rows = s.layers.map((l) => [
    l.name,
    l.op,
    shapeText(l.output),
    grouped(l.parameters),
    grouped(l.multiply_adds),
    bytesText(l.activation_bytes),
    l.receptive_field ? fieldText(l.receptive_field, l.output) : '',
  ]);
  const input = ['input', 'input', shapeText(s.input), '0', '0', bytesText(4 * s.batch * sizeOf(s.input)), ''];
  const facts: [string, string][] = [
    ['parameters', `${grouped(s.parameters)} (${grouped(s.trainable)} trainable)`],
    ['multiply-adds', `${grouped(s.multiply_adds)} a picture, forward`],
    ['outputs of all layers', `${bytesText(s.activation_bytes)} at batch ${s.batch}`],
    [
      'memory of a step',
      s.training_arena_bytes === null
        ? `${bytesText(s.inference_arena_bytes)} for inference at batch ${s.batch}`
        : `${bytesText(s.training_arena_bytes)} for training at batch ${s.batch}, ${bytesText(s.inference_arena_bytes)} for inference alone`,
    ],
    ['parameters + optimizer', `${bytesText(s.parameter_bytes)} + ${bytesText(s.optimizer_bytes)}`],
    ...(s.augment.length > 0 ? [['while training', s.augment.join(' | ')] as [string, string]] : []),
    ...(s.receptive_field
      ? [
          [
            'receptive field',
            s.input.length === 2
              ? `${s.receptive_field[1]} values of the input, at the last signal`
              : `${shapeText(s.receptive_field)} of the input, at the last picture`,
          ] as [string, string],
        ]
      : []),
  ];
  return `model ${s.model}\n${table([head, input, ...rows], right)}\n${table(facts, [false, false])}`;
}
