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

/** While the text has errors, the picture is that of the last text without. */
export const markStale = (stale: boolean): void => {
  for (const id of ['panel-network', 'panel-layers', 'panel-kernels']) byId(id).toggleAttribute('data-stale', stale);
};
