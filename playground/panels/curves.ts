// Loss and accuracy as they change: a line for the training pictures, points for the test pictures after each epoch.
import { el, svgEl } from '../ui/dom.ts';
import { ticks } from './measures.ts';

/** One number along the training. */
interface Point {
  readonly at: number;
  readonly value: number;
}

export interface Curve {
  train(at: number, value: number): void;
  test(at: number, value: number): void;
  clear(): void;
  /** Shows another number. */
  describe(options: CurveOptions): void;
  /** Draws what was told since the last time. */
  draw(): void;
  readonly element: HTMLElement;
}

const WIDTH = 400;
const HEIGHT = 140;
const PAD = { left: 44, right: 12, top: 10, bottom: 24 };
/** Points that a line keeps: when there are twice as many, neighbours are joined. */
const MOST = 600;

/** Means of neighbours, so that a long training stays a short line. */
const thinned = (points: Point[]): Point[] =>
  points.length < 2 * MOST
    ? points
    : Array.from({ length: Math.floor(points.length / 2) }, (_, i) => {
        const [a, b] = [points[2 * i] as Point, points[2 * i + 1] as Point];
        return { at: (a.at + b.at) / 2, value: (a.value + b.value) / 2 };
      });

export interface CurveOptions {
  readonly title: string;
  /** The value in words: `0.1234`, `97.3 %`. */
  readonly words: (value: number) => string;
  readonly tick: (value: number) => string;
  /** The range that is always shown. */
  readonly range: readonly [number, number];
}

export function curve(first: CurveOptions): Curve {
  let { title, words, tick, range } = first;
  let trained: Point[] = [];
  let tested: Point[] = [];
  const name = el('span', { class: 'curve-title' }, title);
  const now = el('span', { class: 'curve-now' }, '\u2013');
  const then = el('span', { class: 'curve-test' });
  const grid = svgEl('g', { class: 'grid' });
  const line = svgEl('path', { class: 'curve-line', d: '' });
  const dots = svgEl('g', { class: 'curve-dots' });
  const drawing = svgEl(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', class: 'curve-svg' },
    grid,
    line,
    dots,
  );
  const element = el('figure', { class: 'card curve' }, el('figcaption', {}, name, now, then), drawing);

  const draw = (): void => {
    const all = [...trained, ...tested];
    const most = Math.max(1, ...all.map((p) => p.at));
    const values = all.map((p) => p.value).filter(Number.isFinite);
    const low = Math.min(range[0], ...values);
    const sorted = [...values].sort((a, b) => a - b);
    // The first steps may be far off: they shall not flatten the rest.
    const usual = sorted[Math.floor(0.995 * (sorted.length - 1))] ?? range[1];
    const high = Math.max(range[1], usual);
    const x = (at: number): number => PAD.left + ((WIDTH - PAD.left - PAD.right) * at) / most;
    const y = (v: number): number =>
      PAD.top + (HEIGHT - PAD.top - PAD.bottom) * (1 - (Math.min(v, high) - low) / (high - low || 1));
    const r = (n: number): string => n.toFixed(1);
    grid.replaceChildren(
      ...ticks(low, high).flatMap((v) => [
        svgEl('line', { x1: PAD.left, x2: WIDTH - PAD.right, y1: r(y(v)), y2: r(y(v)) }),
        svgEl('text', { x: PAD.left - 6, y: r(y(v) + 4), 'text-anchor': 'end' }, tick(v)),
      ]),
      ...ticks(0, most)
        .filter((v) => Number.isInteger(v))
        .map((v) =>
          svgEl('text', { x: r(x(v)), y: HEIGHT - 6, 'text-anchor': 'middle' }, v === 0 ? 'epoch 0' : String(v)),
        ),
    );
    line.setAttribute('d', trained.map((p, i) => `${i === 0 ? 'M' : 'L'}${r(x(p.at))} ${r(y(p.value))}`).join(''));
    dots.replaceChildren(...tested.map((p) => svgEl('circle', { cx: r(x(p.at)), cy: r(y(p.value)), r: 4 })));
    const [last, lastTest] = [trained.at(-1), tested.at(-1)];
    now.textContent = last ? words(last.value) : '\u2013';
    then.textContent = lastTest ? `test ${words(lastTest.value)}` : '';
    drawing.setAttribute(
      'aria-label',
      `${title}: ${last ? `training ${words(last.value)}` : 'nothing yet'}${lastTest ? `, test ${words(lastTest.value)}` : ''}`,
    );
  };
  draw();
  return {
    element,
    draw,
    train(at, value) {
      trained = thinned([...trained, { at, value }]);
    },
    test(at, value) {
      tested.push({ at, value });
    },
    describe(options) {
      ({ title, words, tick, range } = options);
      name.textContent = title;
    },
    clear() {
      [trained, tested] = [[], []];
      draw();
    },
  };
}
