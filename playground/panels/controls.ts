// The controls of a training: start and pause, step, restart, data set, learning rate, epochs, seed.
import { button, el } from '../ui/dom.ts';

export interface Controls {
  readonly element: HTMLElement;
  readonly start: HTMLButtonElement;
  readonly step: HTMLButtonElement;
  readonly restart: HTMLButtonElement;
  readonly data: HTMLSelectElement;
  readonly files: HTMLInputElement;
  readonly epochs: HTMLInputElement;
  readonly seed: HTMLInputElement;
  /** The learning rate that is set. */
  lr(): number;
  setLr(lr: number): void;
  /** The button's words: what pressing it does. */
  running(on: boolean, begun: boolean): void;
  /** The device is being made ready: nothing can be pressed meanwhile. */
  preparing(on: boolean): void;
  /** Words below the controls; `help` as a list. */
  notice(text: string, help?: readonly string[], kind?: 'plain' | 'bad'): void;
}

export interface ControlEvents {
  toggled(): void;
  stepped(): void;
  restarted(): void;
  lrChanged(lr: number): void;
  dataChanged(): void;
  filesGiven(files: readonly File[]): void;
}

/** The slider is logarithmic: five powers of ten. */
const LOW = -6;
const HIGH = 0.5;

const shown = (lr: number): string => String(Number(lr.toPrecision(2)));

export function controls(events: ControlEvents): Controls {
  const start = button('Train', events.toggled, { class: 'primary', id: 'train' });
  const step = button('Step', events.stepped, { id: 'step', title: 'One step: a batch of pictures' });
  const restart = button('Restart', events.restarted, { id: 'restart', title: 'New weights from the seed' });
  const data = el(
    'select',
    { id: 'data' },
    el('option', { value: 'drawn' }, 'Digits, drawn by code'),
    el('option', { value: 'shapes' }, 'Shapes, a class a pixel'),
    el('option', { value: 'files', disabled: true }, 'Your files'),
  );
  data.addEventListener('change', events.dataChanged);
  const files = el('input', {
    type: 'file',
    multiple: true,
    id: 'files',
    class: 'hidden',
    tabindex: '-1',
    'aria-label': 'Files of a data set',
  });
  files.addEventListener('change', () => {
    events.filesGiven([...(files.files ?? [])]);
    files.value = '';
  });
  const add = button('Add files', () => files.click(), {
    title:
      'MNIST and the like (IDX), CIFAR-10 (.bin), NPZ or CSV, also as .gz; or drop them anywhere on the page. They stay on this machine.',
  });
  const slider = el('input', { type: 'range', id: 'lr', min: String(LOW), max: String(HIGH), step: '0.05' });
  const number = el('output', { class: 'lr-value', for: 'lr' });
  const read = (): number => 10 ** Number(slider.value);
  let exact = 0.001;
  const told = (): void => {
    number.textContent = shown(exact);
    slider.setAttribute('aria-valuetext', shown(exact));
  };
  slider.addEventListener('input', () => {
    exact = read();
    told();
    events.lrChanged(exact);
  });
  const epochs = el('input', {
    type: 'number',
    id: 'epochs',
    min: '1',
    max: '10000',
    value: '1',
    inputmode: 'numeric',
  });
  const seed = el('input', {
    type: 'number',
    id: 'seed',
    min: '0',
    max: '4294967295',
    value: '1',
    inputmode: 'numeric',
  });
  const notice = el('div', { class: 'notice', hidden: true });
  const field = (name: string, ...inside: HTMLElement[]): HTMLElement =>
    el('label', { class: 'field' }, el('span', { class: 'field-name' }, name), ...inside);
  const element = el(
    'div',
    { class: 'controls' },
    el('div', { class: 'row' }, el('div', { class: 'buttons' }, start, step, restart), field('Data', data), add, files),
    el('div', { class: 'row' }, field('Learning rate', slider, number), field('Epochs', epochs), field('Seed', seed)),
    notice,
  );
  return {
    element,
    start,
    step,
    restart,
    data,
    files,
    epochs,
    seed,
    lr: () => exact,
    setLr(lr) {
      exact = lr;
      slider.value = String(Math.log10(lr));
      told();
    },
    running(on, begun) {
      start.textContent = on ? 'Pause' : begun ? 'Go on' : 'Train';
      start.classList.toggle('on', on);
      step.disabled = on;
    },
    preparing(on) {
      if (on) start.textContent = 'Preparing';
      for (const each of [start, step]) each.disabled = on;
      element.setAttribute('aria-busy', String(on));
    },
    notice(text, help = [], kind = 'plain') {
      notice.hidden = text === '';
      notice.classList.toggle('bad', kind === 'bad');
      notice.replaceChildren(
        el('p', {}, text),
        ...(help.length > 0 ? [el('ul', {}, ...help.map((h) => el('li', {}, h)))] : []),
      );
    },
  };
}
