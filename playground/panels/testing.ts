// The pictures that the network is asked about: one that the user draws, and one of the test part.
import { sizeOf } from '../../src/ir/types.ts';
import type { CompiledView, LoadedSet, Part } from '../protocol.ts';
import { centred } from '../train/centre.ts';
import type { Trainer } from '../train/trainer.ts';
import { button, el } from '../ui/dom.ts';
import { pad } from './pad.ts';
import { paint, paintPicture, pixelCanvas } from './pixels.ts';
import { type Prediction, prediction } from './prediction.ts';

export interface Testing {
  readonly element: HTMLElement;
  /** Another network, set or training. */
  renew(view: CompiledView | undefined, set: LoadedSet | undefined, trainer: Trainer | undefined): void;
  /** Asks again: the weights have changed. */
  refresh(): Promise<void>;
  /** The test picture that is shown, as the network sees it. */
  picture(): Float32Array<ArrayBuffer> | undefined;
}

/** A picture of a set as the network sees it. */
function pictureOf({ values, scale }: Part, index: number, size: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(values.subarray(index * size, (index + 1) * size), (v) => v * scale);
}

/** The side and channels of the square pictures that a model takes; undefined for others. */
export function squareOf(shape: readonly number[]): { side: number; channels: number } | undefined {
  const [h = 1, w = 1, c = 1] = shape;
  if (shape.length === 3) return h === w && h >= 8 && (c === 1 || c === 3) ? { side: h, channels: c } : undefined;
  const side = Math.sqrt(h);
  return shape.length === 1 && Number.isInteger(side) && side >= 8 ? { side, channels: 1 } : undefined;
}

/** `asked` is told that another test picture is shown. */
export function testing(asked: () => void): Testing {
  let view: CompiledView | undefined;
  let set: LoadedSet | undefined;
  let trainer: Trainer | undefined;
  let index = 0;
  let drawnBars: Prediction | undefined;
  let testBars: Prediction | undefined;
  let busy = false;
  let again = false;

  const sees = pixelCanvas('What the network sees of the drawing');
  const board = pad(() => void predictDrawn());
  const drawnPlace = el('div', { class: 'bars-place' });
  const drawnCard = el(
    'section',
    { class: 'card', 'aria-label': 'Draw' },
    el('h2', {}, 'Draw'),
    el(
      'div',
      { class: 'draw' },
      el(
        'div',
        { class: 'draw-left' },
        board.element,
        el('figure', { class: 'sees' }, sees, el('figcaption', { class: 'soft' }, 'what it sees')),
      ),
      drawnPlace,
    ),
  );
  const shown = pixelCanvas('A test picture');
  const testPlace = el('div', { class: 'bars-place' });
  const what = el('p', { class: 'soft' });
  const move = (by: number) => () => {
    if (!set) return;
    index = (index + by + set.test.count) % set.test.count;
    showPicture();
    asked();
  };
  const testCard = el(
    'section',
    { class: 'card', 'aria-label': 'A test picture' },
    el('h2', {}, 'A test picture'),
    el(
      'div',
      { class: 'draw' },
      el(
        'div',
        { class: 'draw-left' },
        shown,
        what,
        el(
          'div',
          { class: 'buttons' },
          button('Back', move(-1), { class: 'small', 'aria-label': 'Back to the test picture before' }),
          button('Next', move(1), { class: 'small', 'aria-label': 'Next test picture' }),
        ),
      ),
      testPlace,
    ),
  );

  const shape = (): readonly number[] => view?.plan.input.shape.slice(1) ?? [];
  const current = (): Float32Array<ArrayBuffer> | undefined =>
    set && view ? pictureOf(set.test, index, sizeOf(shape())) : undefined;
  const label = (): number | undefined =>
    view?.plan.labels?.shape.length === 0 && set ? set.test.labels[index] : undefined;

  function showPicture(): void {
    const picture = current();
    if (!picture) return paint(shown, 28, 28, () => [0, 0, 0]);
    paintPicture(shown, shape(), picture);
    const right = label();
    what.textContent =
      right === undefined ? `picture ${index + 1}` : `picture ${index + 1}: ${set?.classNames[right] ?? right}`;
  }

  /** The drawing as input of the network; undefined while the pad is empty. */
  function drawing(): Float32Array<ArrayBuffer> | undefined {
    const square = squareOf(shape());
    const ink = square && centred(board.ink(), square.side);
    if (!square || !ink) {
      paint(sees, 28, 28, () => [0, 0, 0]);
      return undefined;
    }
    const values = Float32Array.from(
      { length: ink.length * square.channels },
      (_, i) => ink[Math.floor(i / square.channels)] as number,
    );
    paintPicture(sees, [square.side, square.side, square.channels], values);
    return values;
  }

  /** One question at a time: what is drawn meanwhile is asked when the answer is there. */
  async function predictDrawn(): Promise<void> {
    const values = drawing();
    again = true;
    if (busy) return;
    busy = true;
    try {
      while (again) {
        again = false;
        const now = drawing() ?? undefined;
        const outputs = now && trainer ? await trainer.predict(now) : undefined;
        drawnBars?.show(outputs);
      }
    } catch {
      // A training that was thrown away while it was asked.
      if (values) drawnBars?.show(undefined);
    } finally {
      busy = false;
    }
  }

  return {
    element: el('div', { class: 'testing' }, drawnCard, testCard),
    renew(nextView, nextSet, nextTrainer) {
      [view, set, trainer] = [nextView, nextSet, nextTrainer];
      index = set ? Math.min(index, set.test.count - 1) : 0;
      drawnCard.hidden = squareOf(shape()) === undefined;
      if (!view) return;
      drawnBars = prediction(view.plan, set?.classNames ?? [], 'What the network says of the drawing');
      testBars = prediction(view.plan, set?.classNames ?? [], 'What the network says of the test picture');
      drawnPlace.replaceChildren(drawnBars.element);
      testPlace.replaceChildren(testBars.element);
      showPicture();
      drawing();
    },
    async refresh() {
      const picture = current();
      if (trainer && picture) testBars?.show(await trainer.predict(picture), label());
      await predictDrawn();
    },
    picture: current,
  };
}
