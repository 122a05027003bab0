// Rows of a printed file: aligned within runs of neighbours, with single blank lines where there were some.

/** A row of the output: its text, what is aligned behind it, and where it stood. */
export interface Row {
  readonly from: number;
  readonly to: number;
  readonly indent: number;
  text: string;
  assertion?: string;
  comment?: string;
  /** Rows of a train section: the first word is a column of its own. */
  readonly setting?: readonly [string, string];
  readonly fixed?: boolean;
}

/** Aligns settings, assertions and comments within runs of neighbouring rows, and keeps single blank lines. */
export function layOut(rows: readonly Row[]): string {
  const out: string[] = [];
  const runOf: number[] = [];
  let run = 0;
  rows.forEach((row, i) => {
    const before = rows[i - 1];
    if (before && (row.fixed || before.fixed || row.indent !== before.indent || row.from > before.to + 1)) run++;
    runOf.push(run);
  });
  const widest = (of: number, width: (row: Row) => number): number =>
    Math.max(0, ...rows.filter((_, i) => runOf[i] === of).map(width));
  rows.forEach((row, i) => {
    const r = runOf[i] as number;
    const keys = widest(r, (x) => x.setting?.[0].length ?? 0);
    const text = (x: Row): string => (x.setting ? `${x.setting[0].padEnd(keys)} ${x.setting[1]}`.trimEnd() : x.text);
    const asserted = widest(r, (x) => (x.assertion ? text(x).length : 0));
    const whole = (x: Row): string => (x.assertion ? `${text(x).padEnd(asserted)}  ${x.assertion}` : text(x));
    const commented = widest(r, (x) => (x.comment ? whole(x).length : 0));
    const line = row.comment ? `${whole(row).padEnd(commented)}  ${row.comment}` : whole(row);
    const before = rows[i - 1];
    if (before && row.from > before.to + 1 && !row.text.startsWith('}') && !before.text.endsWith('{')) out.push('');
    else if (before?.text === '}' && before.indent === 0 && row.indent === 0) out.push('');
    out.push('  '.repeat(row.indent) + line);
  });
  return `${out.join('\n')}\n`;
}
