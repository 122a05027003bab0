// Medians and selections of what was measured, for all tables.
import { DISTURBED } from './load.mjs';

export const median = (list) => {
  const sorted = [...list].sort((a, b) => a - b);
  return (sorted[sorted.length >> 1] + sorted[(sorted.length - 1) >> 1]) / 2;
};

export const number = (v) => (v >= 100 ? Math.round(v).toLocaleString('en') : v.toPrecision(3));
export const times = (v) => `${v.toPrecision(3)}x`;
export const percent = (v, digits = 1) => `${(100 * v).toFixed(digits)} %`;

/** The median, and the least and greatest where there are several. Empty of none. */
export function spread(list) {
  if (list.length === 0) return '';
  if (list.length === 1) return number(list[0]);
  return `${number(median(list))} (${number(Math.min(...list))} to ${number(Math.max(...list))})`;
}

/** The runs that match all of `want`; those that others disturbed only where there are no calmer ones. */
export function select(runs, want) {
  const all = runs.filter((r) => Object.entries(want).every(([key, value]) => r[key] === value));
  const calm = all.filter((r) => r.others <= DISTURBED);
  return calm.length > 0 ? calm : all;
}

export const valuesOf = (list, key) => list.map((r) => r[key]).filter((v) => v !== undefined && v !== null);

/** The median of a figure; undefined where nothing was measured. */
export function middle(runs, want, key) {
  const list = valuesOf(select(runs, want), key);
  return list.length > 0 ? median(list) : undefined;
}
