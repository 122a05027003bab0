// Tabs: all five views on a narrow screen; on a wide one the text and the picture stay, and three views share a place.
import { byId } from './dom.ts';

export type View = 'text' | 'network' | 'train' | 'layers' | 'kernels';
const views: readonly View[] = ['text', 'network', 'train', 'layers', 'kernels'];
/** As in layout.css. */
const wide = matchMedia('(min-width: 62rem)');

const tabOf = (view: View): HTMLElement => byId(`tab-${view}`);
const isNarrow = (view: View): boolean => tabOf(view).hasAttribute('data-narrow');
const usable = (): readonly View[] => views.filter((v) => !wide.matches || !isNarrow(v));

/** Shows a view; `told` hears of every change. */
export function tabs(told: (view: View) => void): { show(view: View): void; current(): View } {
  const main = document.querySelector<HTMLElement>('main.page') as HTMLElement;
  let now: View = 'train';
  const show = (view: View): void => {
    now = wide.matches && isNarrow(view) ? 'train' : view;
    main.dataset.view = now;
    for (const v of views) {
      const on = v === now;
      tabOf(v).setAttribute('aria-selected', String(on));
      tabOf(v).tabIndex = on ? 0 : -1;
      // Two of the panels are tabs on a narrow screen alone.
      if (isNarrow(v)) byId(`panel-${v}`).setAttribute('role', wide.matches ? 'region' : 'tabpanel');
    }
    told(now);
  };
  for (const view of views) {
    tabOf(view).addEventListener('click', () => show(view));
    tabOf(view).addEventListener('keydown', (event) => {
      const list = usable();
      const at = list.indexOf(view);
      const step = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: list.length - 1 - at }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const next = list[(at + step + list.length) % list.length] as View;
      show(next);
      tabOf(next).focus();
    });
  }
  wide.addEventListener('change', () => show(now));
  show(wide.matches ? 'train' : 'text');
  return { show, current: () => now };
}
