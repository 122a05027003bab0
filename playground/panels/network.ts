// The network as a picture, live.
import type { CompiledView } from '../protocol.ts';
import { byId, svgFrom } from '../ui/dom.ts';

const counted = (n: number): string => n.toLocaleString('en');

export function showNetwork({ svg, summary }: CompiledView): void {
  const drawing = svgFrom(svg);
  drawing.setAttribute('aria-label', `The network ${summary.model}, drawn`);
  byId('picture').replaceChildren(drawing);
  // It may be larger than its place: then the keyboard scrolls it.
  byId('picture').tabIndex = 0;
  byId('facts').textContent =
    `${summary.model}: ${counted(summary.parameters)} parameters, ${counted(summary.multiply_adds)} multiply-adds for a picture`;
}

/** The button that shows the picture in its own size, over the page. */
export function enlarging(): void {
  const dialog = byId<HTMLDialogElement>('large');
  byId('enlarge').addEventListener('click', () => {
    const drawing = byId('picture').querySelector('svg');
    if (!drawing) return;
    byId('large-picture').replaceChildren(drawing.cloneNode(true));
    byId('large-picture').tabIndex = 0;
    dialog.showModal();
  });
  byId('large-close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
}

/** While the text has errors, the picture is that of the last text without. */
export const markStale = (stale: boolean): void => {
  for (const id of ['panel-network', 'panel-layers', 'panel-kernels']) byId(id).toggleAttribute('data-stale', stale);
};
