// The confusion matrix: rows are the classes that pictures are of, columns what the network took them for.
import type { Confusion } from '../train/confusion.ts';
import { el } from '../ui/dom.ts';

export interface Matrix {
  readonly element: HTMLElement;
  show(confusion: Confusion | undefined, names: readonly string[]): void;
}

const short = (name: string): string => (name.length > 6 ? `${name.slice(0, 5)}\u2026` : name);

export function matrix(): Matrix {
  const place = el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Confusion matrix' });
  const empty = (): HTMLElement =>
    el('p', { class: 'soft' }, 'After each epoch: which test pictures were taken for what.');
  const element = el('section', { class: 'card', 'aria-label': 'Confusions' }, el('h2', {}, 'Confusions'), place);
  place.append(empty());
  return {
    element,
    show(confusion, names) {
      if (!confusion) return place.replaceChildren(empty());
      const name = (i: number): string => names[i] ?? String(i);
      const rows = confusion.map((row, r) => {
        const sum = Math.max(
          1,
          row.reduce((a, b) => a + b, 0),
        );
        const cells = row.map((n, c) => {
          const cell = el(
            'td',
            { class: r === c ? 'right' : n > 0 ? 'wrong' : 'none', title: `${name(r)} taken for ${name(c)}: ${n}` },
            n === 0 ? '\u00b7' : String(n),
          );
          cell.style.setProperty('--part', String(n / sum));
          return cell;
        });
        return el('tr', {}, el('th', { scope: 'row', title: name(r) }, short(name(r))), ...cells);
      });
      const head = confusion.map((_, c) => el('th', { scope: 'col', title: name(c) }, short(name(c))));
      const table = el(
        'table',
        { class: 'confusion' },
        el('caption', {}, 'Rows: the class it is. Columns: the class the network says.'),
        el('thead', {}, el('tr', {}, el('td'), ...head)),
        el('tbody', {}, ...rows),
      );
      return place.replaceChildren(table);
    },
  };
}
