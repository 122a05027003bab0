// What a model is made of, in numbers: layers, parameters, multiply-adds, memory, receptive field.

import type { CompiledModel } from './compile.ts';
import { bytesText, grouped, percent, table } from './format.ts';
import { opDef, sizeOf } from './ir/index.ts';
import { billOf, bytesAPicture } from './memory-bill.ts';
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
  /** What the plan takes of a device's memory. */
  readonly device_memory: DeviceMemory;
  /** Of the last layer that is a picture. */
  readonly receptive_field: readonly [number, number] | null;
  /** Lines of the data section that change pictures while training. */
  readonly augment: readonly string[];
}

/** In bytes. */
export interface DeviceMemory {
  /** Of a step: those that are kept, and the largest sum of those that live at the same time, which no plan undercuts. */
  readonly values: number;
  readonly live: number;
  /** The part of the values that is the pictures of a step and their labels. */
  readonly batch: number;
  readonly parameters: number;
  readonly optimizer: number;
  /** Textures that operands are copied to, for the target cpu. */
  readonly operands: number;
  /** Sums to report, numbers of steps. */
  readonly other: number;
  /** All of these together: what --memory-limit is compared with. */
  readonly total: number;
  /** What a picture of a data set of bytes takes besides. */
  readonly data_set_picture: number;
  /** With --memory-limit: values that are computed again, and the work of that as a share of the step's; 0 unless it is needed. */
  readonly computed_again: number;
  readonly more_work: number;
}

/** The bill of a plan, with what no plan could go below. */
function deviceMemory({ plan, emitted: { scheduled } }: CompiledModel): DeviceMemory {
  const programs = Object.values(scheduled).map((s) => s.memory);
  const { recomputation } = scheduled.train ?? {};
  return {
    ...billOf(plan),
    live: Math.max(...programs.map((m) => m.liveBytes)),
    data_set_picture: bytesAPicture(plan).u8,
    computed_again: recomputation?.values.length ?? 0,
    more_work: recomputation?.work ?? 0,
  };
}

/** Summarises a compiled model. */
export function summarise(model: CompiledModel): Summary {
  const { layers, forward, plan, emitted, data } = model;
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
    device_memory: deviceMemory(model),
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

/** What a device must have for the plan. */
function memoryFacts(m: DeviceMemory): [string, string][] {
  const again = m.computed_again === 1 ? '1 value' : `${m.computed_again} values`;
  return [
    [
      'device memory',
      [
        `${bytesText(m.total)}: values ${bytesText(m.values)} (at most ${bytesText(m.live)} live at the same time)`,
        `parameters ${bytesText(m.parameters)}`,
        `optimizer ${bytesText(m.optimizer)}`,
        ...(m.operands > 0 ? [`textures of operands ${bytesText(m.operands)}`] : []),
        `other ${bytesText(m.other)}`,
      ].join(', '),
    ],
    ['data set', `${grouped(m.data_set_picture)} bytes a picture besides`],
    ...(m.computed_again > 0
      ? [['computed again', `${again}, for ${percent(m.more_work, 1)} more work a step`] as [string, string]]
      : []),
  ];
}

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
    ...memoryFacts(s.device_memory),
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
