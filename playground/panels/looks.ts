// Inside the network while it trains: the filters of the first layer, and what each layer makes of a test picture.
import type { Values } from '../train/trainer.ts';
import { el } from '../ui/dom.ts';
import { heat, paintTiles, pixelCanvas, signed } from './pixels.ts';

/** Tiles that one picture shows. */
const MOST = 64;

export interface Looks {
  readonly element: HTMLElement;
  filters(values: Values | undefined): void;
  maps(values: readonly Values[]): void;
  clear(): void;
}

/** Filters of three channels are shown in colour, others channel by channel. */
function drawFilters(canvas: HTMLCanvasElement, { shape, values }: Values): void {
  const [h = 1, w = 1, c = 1, n = 1] = shape;
  const most = values.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-9);
  const part = (v: number): number => 0.5 + 0.5 * (v / most);
  const colour = c === 3;
  paintTiles(canvas, Math.min(MOST, colour ? n : n * c), h, w, 4, (tile, x, y) => {
    const at = (channel: number, filter: number): number => values[((y * w + x) * c + channel) * n + filter] as number;
    if (!colour) return signed(part(at(Math.floor(tile / n), tile % n)));
    const byte = (k: number): number => Math.round(255 * part(at(k, tile)));
    return [byte(0), byte(1), byte(2)];
  });
}

/** One map a channel; all of a layer share their darkest and lightest. */
function drawMaps(canvas: HTMLCanvasElement, { shape, values }: Values): void {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of values) [low, high] = [Math.min(low, v), Math.max(high, v)];
  const part = (v: number): number => (v - low) / (high - low || 1);
  if (shape.length < 3) {
    const n = values.length;
    const columns = Math.min(n, n <= 64 ? n : Math.ceil(Math.sqrt(4 * n)));
    return paintTiles(canvas, 1, Math.ceil(n / columns), columns, 4, (_, x, y) =>
      heat(part((values[y * columns + x] as number) ?? low)),
    );
  }
  const [h = 1, w = 1, c = 1] = shape;
  paintTiles(canvas, Math.min(MOST, c), h, w, 4, (tile, x, y) => heat(part(values[(y * w + x) * c + tile] as number)));
}

export function looks(): Looks {
  const list = el('div', { class: 'looks' });
  const empty = el('p', { class: 'soft' }, 'Filters and feature maps appear here as soon as the network trains.');
  const element = el(
    'section',
    { class: 'card', 'aria-label': 'Inside the network' },
    el('h2', {}, 'Inside the network'),
    empty,
    list,
  );
  const known = new Map<string, { figure: HTMLElement; canvas: HTMLCanvasElement }>();
  const place = (key: string, caption: string, detail: string): HTMLCanvasElement => {
    const found = known.get(key);
    if (found) return found.canvas;
    const canvas = pixelCanvas(`${caption}, ${detail}`);
    const figure = el(
      'figure',
      { class: 'look' },
      el('figcaption', {}, caption, ' ', el('span', { class: 'soft' }, detail)),
      canvas,
    );
    known.set(key, { figure, canvas });
    list.append(figure);
    empty.hidden = true;
    return canvas;
  };
  return {
    element,
    filters(values) {
      if (values)
        drawFilters(place('filters', values.name, `${values.shape.slice(0, 2).join('\u00d7')} filters`), values);
    },
    maps(all) {
      for (const values of all) drawMaps(place(`map ${values.name}`, values.name, values.shape.join('\u00d7')), values);
    },
    clear() {
      known.clear();
      list.replaceChildren();
      empty.hidden = false;
    },
  };
}
