// Where ticks stand, and how many tiles a row has.

/** Ticks at 1, 2 or 5 times a power of ten, about four of them. */
export function ticks(low: number, high: number): number[] {
  const raw = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw) ?? raw;
  const out: number[] = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-6; v += step)
    out.push(Number(v.toPrecision(6)));
  return out;
}

/** Columns of so many square tiles that the whole is about `aspect` times as wide as high, and the last row is not nearly empty. */
export function columnsOf(count: number, aspect: number): number {
  let [best, least] = [1, Number.POSITIVE_INFINITY];
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const cost = Math.abs(Math.log(columns / rows / aspect)) + 3 * (1 - count / (columns * rows));
    if (cost <= least) [best, least] = [columns, cost];
  }
  return best;
}
