// The tables of the summary: a row a layer, and what the whole costs.
import { bytesText, grouped } from '../../src/format.ts';
import type { CompiledView } from '../protocol.ts';
import { button, byId, el } from '../ui/dom.ts';

const times = (shape: readonly number[]): string => shape.join('\u00d7');

function facts({ summary: s }: CompiledView): HTMLElement {
  const rows: [string, string][] = [
    [
      'Parameters',
      s.parameters === s.trainable
        ? grouped(s.parameters)
        : `${grouped(s.parameters)}, ${grouped(s.trainable)} of them trained`,
    ],
    ['Multiply-adds', `${grouped(s.multiply_adds)} for a picture`],
    [
      'Memory of a step',
      s.training_arena_bytes === null
        ? `${bytesText(s.inference_arena_bytes)} to infer`
        : `${bytesText(s.training_arena_bytes)} to train, ${bytesText(s.inference_arena_bytes)} to infer, at batch ${s.batch}`,
    ],
    ['Weights and optimizer', `${bytesText(s.parameter_bytes)} + ${bytesText(s.optimizer_bytes)}`],
    ...(s.receptive_field ? [['Receptive field', `${times(s.receptive_field)} of the input`] as [string, string]] : []),
  ];
  return el(
    'dl',
    { class: 'fact-list' },
    ...rows.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))),
  );
}

/** `goTo` is called with the line of a layer whose name is pressed. */
export function showLayers(view: CompiledView, goTo: (line: number) => void): void {
  const { summary, layers } = view;
  const lineOf = new Map(layers.map((l) => [l.name, l.line]));
  const head = ['Layer', 'Kind', 'Output', 'Parameters', 'Multiply-adds', 'Memory', 'Sees'];
  const most = Math.max(1, ...summary.layers.map((l) => l.multiply_adds));
  const rows = summary.layers.map((l) => {
    const line = lineOf.get(l.name) ?? 0;
    const name = line > 0 ? button(l.name, () => goTo(line), { class: 'link', title: `Line ${line}` }) : l.name;
    const work = el('td', { class: 'number work' }, grouped(l.multiply_adds));
    work.style.setProperty('--part', String(l.multiply_adds / most));
    return el(
      'tr',
      {},
      el('th', { scope: 'row' }, name),
      el('td', {}, l.op),
      el('td', { class: 'number' }, times(l.output)),
      el('td', { class: 'number' }, grouped(l.parameters)),
      work,
      el('td', { class: 'number' }, bytesText(l.activation_bytes)),
      el('td', { class: 'number' }, l.receptive_field ? times(l.receptive_field) : ''),
    );
  });
  const table = el(
    'table',
    { class: 'layers' },
    el('caption', { class: 'hidden' }, `The layers of ${summary.model}`),
    el('thead', {}, el('tr', {}, ...head.map((h, i) => el('th', { scope: 'col', class: i > 1 ? 'number' : '' }, h)))),
    el('tbody', {}, ...rows),
  );
  byId('panel-layers').replaceChildren(
    facts(view),
    el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Table of the layers' }, table),
  );
}
