// Light, dark, or as the system is; remembered.
import { byId } from './dom.ts';

const KEY = 'cnnc-theme';

/** `changed` is called when the colours are other ones. */
export function theme(changed: () => void): void {
  const select = byId<HTMLSelectElement>('theme');
  const apply = (): void => {
    if (select.value === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = select.value;
    changed();
  };
  select.value = localStorage.getItem(KEY) ?? 'auto';
  if (select.value === '') select.value = 'auto';
  select.addEventListener('change', () => {
    localStorage.setItem(KEY, select.value);
    apply();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
  apply();
}
