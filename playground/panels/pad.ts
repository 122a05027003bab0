// The drawing pad: strokes of a pen, a finger or a mouse, white on black as the sets have their digits.

import type { Ink } from '../train/centre.ts';
import { button, el } from '../ui/dom.ts';

export interface Pad {
  readonly element: HTMLElement;
  /** What is drawn. */
  ink(): Ink;
  clear(): void;
}

const SIZE = 224;
const PEN = 18;

/** `drawn` is called while one draws, and when the pad is wiped. */
export function pad(drawn: () => void): Pad {
  const canvas = el('canvas', {
    class: 'pad',
    width: SIZE,
    height: SIZE,
    role: 'img',
    'aria-label': 'Drawing pad: draw with the mouse, a pen or a finger',
  });
  const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  const hint = el('p', { class: 'pad-hint', 'aria-hidden': 'true' }, 'Draw here');
  let last: readonly [number, number] | undefined;

  const wipe = (): void => {
    context.fillStyle = '#000';
    context.fillRect(0, 0, SIZE, SIZE);
    hint.hidden = false;
  };
  const at = (event: PointerEvent): readonly [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIZE, ((event.clientY - box.top) / box.height) * SIZE];
  };
  const stroke = (to: readonly [number, number]): void => {
    const [x, y] = last ?? to;
    Object.assign(context, { strokeStyle: '#fff', lineWidth: PEN, lineCap: 'round', lineJoin: 'round' });
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(to[0], to[1] + (x === to[0] && y === to[1] ? 0.01 : 0));
    context.stroke();
    last = to;
    hint.hidden = true;
  };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
    last = undefined;
    stroke(at(event));
    drawn();
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!last || !canvas.hasPointerCapture(event.pointerId)) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length > 0 ? all : [event]) stroke(at(each));
    drawn();
  });
  for (const end of ['pointerup', 'pointercancel'] as const)
    canvas.addEventListener(end, () => {
      last = undefined;
    });
  wipe();
  const clear = (): void => {
    wipe();
    drawn();
  };
  return {
    element: el(
      'div',
      { class: 'pad-box' },
      el('div', { class: 'pad-frame' }, canvas, hint),
      button('Wipe', clear, { class: 'small' }),
    ),
    clear,
    ink() {
      const { data } = context.getImageData(0, 0, SIZE, SIZE);
      return {
        width: SIZE,
        height: SIZE,
        values: Float32Array.from({ length: SIZE * SIZE }, (_, i) => (data[4 * i] as number) / 255),
      };
    },
  };
}
