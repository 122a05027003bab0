// What the network says of a picture: bars for scores of classes, a picture where it makes one.
import type { Plan } from '../../runtime/plan.ts';
import { classOf } from '../train/confusion.ts';
import { el } from '../ui/dom.ts';
import { classColour, paint, paintPicture, pixelCanvas } from './pixels.ts';

export interface Prediction {
  readonly element: HTMLElement;
  /** `right`: the class it is, where that is known. */
  show(outputs: Float32Array | undefined, right?: number): void;
}

/** Probabilities of classes from what the network gives. */
export function probabilities(outputs: Float32Array, outputIs: Plan['outputIs']): number[] {
  const values = Array.from(outputs);
  if (outputIs === 'logits') {
    const most = Math.max(...values);
    const exps = values.map((v) => Math.exp(v - most));
    const sum = exps.reduce((a, b) => a + b, 0);
    return exps.map((v) => v / sum);
  }
  const each = outputIs === 'binary_logits' ? values.map((v) => 1 / (1 + Math.exp(-v))) : values;
  return each.length === 1 && outputIs.startsWith('binary') ? [1 - (each[0] as number), each[0] as number] : each;
}

/** Rows that are shown: the most likely classes where there are many. */
const MOST = 10;

export function prediction(plan: Plan, names: readonly string[], label: string): Prediction {
  const shape = plan.output.shape.slice(1);
  if (shape.length >= 2) return picturePrediction(shape, plan, names, label);
  const list = el('ol', { class: 'bars', 'aria-label': label });
  const show = (outputs: Float32Array | undefined, right?: number): void => {
    const parts = outputs
      ? probabilities(outputs, plan.outputIs)
      : new Array<number>(Math.max(2, shape[0] ?? 2)).fill(0);
    const scale = plan.outputIs === 'values' ? Math.max(1e-9, ...parts.map(Math.abs)) : 1;
    const best = parts.indexOf(Math.max(...parts));
    const order = parts.map((_, i) => i);
    const shown =
      parts.length <= MOST ? order : order.sort((a, b) => (parts[b] as number) - (parts[a] as number)).slice(0, MOST);
    list.replaceChildren(
      ...shown.map((i) => {
        const part = parts[i] as number;
        const bar = el('span', { class: 'bar-fill' });
        bar.style.setProperty('--part', String(Math.max(0, part / scale)));
        const text = outputs
          ? plan.outputIs === 'values'
            ? part.toPrecision(3)
            : `${Math.round(100 * part)}\u2009%`
          : '';
        const mark = right === i ? ' bar-right' : '';
        return el(
          'li',
          { class: `bar-row${outputs && i === best ? ' bar-best' : ''}${mark}` },
          el('span', { class: 'bar-name' }, names[i] ?? String(i)),
          el('span', { class: 'bar-track' }, bar),
          el('span', { class: 'bar-value' }, text),
        );
      }),
    );
  };
  show(undefined);
  return { element: list, show };
}

function picturePrediction(shape: readonly number[], plan: Plan, names: readonly string[], label: string): Prediction {
  const canvas = pixelCanvas(label);
  const element = el('div', { class: 'prediction-picture' }, canvas);
  const [h = 1, w = 1, c = 1] = shape;
  if (plan.labels?.dtype === 'u32') {
    const entries = Array.from({ length: Math.min(c, MOST) }, (_, i) => {
      const entry = el('li', {}, names[i] ?? String(i));
      entry.style.setProperty('--swatch', `rgb(${classColour(i).join(' ')})`);
      return entry;
    });
    element.append(el('ul', { class: 'legend' }, ...entries));
  }
  return {
    element,
    show(outputs) {
      if (!outputs) paint(canvas, w, h, () => [38, 45, 56]);
      else if (plan.labels?.dtype === 'u32')
        paint(canvas, w, h, (x, y) =>
          classColour(classOf(outputs.subarray((y * w + x) * c, (y * w + x + 1) * c), 0.5)),
        );
      else paintPicture(canvas, shape, outputs);
    },
  };
}
