// Numbers, times and tables as people read them.

/** `1,087,106` */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

/** `4.2 MiB` */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `0.8 s`, `12 s`, `3 min 05 s`, `2 h 10 min` */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`;
}

/** `97.35 %` */
export const percent = (part: number, digits = 2): string => `${(100 * part).toFixed(digits)} %`;

/** A loss: four decimals, or as many digits as a small one needs. */
export const lossText = (loss: number): string =>
  loss !== 0 && Math.abs(loss) < 0.001 ? loss.toExponential(2) : loss.toFixed(4);

/** A metric by its name: `accuracy 97.35 %`, `mae 0.0123`. */
export const metricText = (name: string, value: number, digits = 2): string =>
  `${name} ${/acc$|accuracy$|^top\d/.test(name) ? percent(value, digits) : lossText(value)}`;

/** `loss 0.1234  accuracy 97.35 %` */
export const meanText = ({ loss, ...metrics }: { readonly loss: number; readonly [metric: string]: number }): string =>
  [`loss ${lossText(loss)}`, ...Object.entries(metrics).map(([name, v]) => metricText(name, v))].join('  ');

/** Columns two spaces apart; `right` says which are aligned at their right. Lines end with line feeds. */
export function table(rows: readonly (readonly string[])[], right: readonly boolean[]): string {
  const widths = right.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const cell = (text: string, i: number): string =>
    right[i] ? text.padStart(widths[i] as number) : text.padEnd(widths[i] as number);
  return rows.map((row) => `${row.map(cell).join('  ').trimEnd()}\n`).join('');
}
