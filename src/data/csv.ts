// Tables of numbers: one picture a line, its values and its label separated by commas; a header line may stand first.
import {
  csvBadLabel,
  csvNotFinite,
  csvNotNumber,
  csvRagged,
  csvValueRange,
  emptySet,
} from '../diagnostics/catalog/data.ts';
import { classesDiffer } from '../diagnostics/catalog/data-files.ts';
import { refuse } from '../diagnostics/index.ts';
import { readHead } from './csv-header.ts';
import {
  type Cut,
  comma,
  fieldEnd,
  fieldText,
  lineEnd,
  minus,
  newline,
  nine,
  placeOf,
  point,
  quote,
  slowNumber,
  trimmed,
  zero,
} from './csv-lines.ts';

export interface Table {
  readonly count: number;
  /** Values a picture, without the label. */
  readonly columns: number;
  /** count x columns. */
  readonly values: Float32Array;
  /** Classes, or values where they were asked for: as many a picture as `TableOptions.values`. */
  readonly labels: Uint32Array | Float32Array;
  /** The names of the classes, sorted, where the labels are words. */
  readonly classNames: readonly string[] | undefined;
}

export interface TableOptions {
  /** Each value must be a whole number from 0 to this. */
  readonly highest?: number;
  /** The column of the label: its name in the header, or its number from 1. The last one unless given, or one of a known name. */
  readonly label?: string | undefined;
  /** Classes that are known already, from the part to train on. */
  readonly classNames?: readonly string[] | undefined;
  /** Labels are values, as many columns as this, the last ones. */
  readonly targets?: number | undefined;
}

const powers = Array.from({ length: 16 }, (_, i) => 10 ** i);

/** Words as classes: numbers by first sight, and in the end by the order of the words. */
function naming(known: readonly string[] | undefined) {
  const seen = new Map(known?.map((name, i) => [name, i]));
  return {
    numberOf(name: string): number | undefined {
      if (known === undefined && !seen.has(name)) seen.set(name, seen.size);
      return seen.get(name);
    },
    /** Sorts the classes; labels follow. */
    finish(labels: Uint32Array | Float32Array): readonly string[] {
      if (known !== undefined) return known;
      const names = [...seen.keys()].sort();
      const order = new Map(names.map((name, i) => [seen.get(name) as number, i]));
      for (const [i, label] of labels.entries()) labels[i] = order.get(label) as number;
      return names;
    },
  };
}

/**
 * Reads a table. `file` is for messages. Refuses lines of unequal length, missing cells, what is no finite number, and
 * labels that are neither whole numbers nor words.
 */
export function parseCsv(bytes: Uint8Array, file: string, options: TableOptions = {}): Table {
  const { highest, targets } = options;
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const cut: Cut = { bytes, file, quoted: bytes.includes(quote) };
  const head = readHead(cut, hasMark ? 3 : 0, options.label);
  if (head === undefined) return refuse(emptySet(file, 'it has no lines'));
  const { fields, names } = head;
  const labelCount = targets ?? 1;
  const firstLabel = labelCount > 1 ? fields - labelCount : head.label;
  const columns = fields - labelCount;
  if (fields < 2) refuse(emptySet(file, 'its lines have one field, which is the label'));
  if (columns < 1)
    refuse(
      emptySet(
        file,
        `its lines have ${fields} fields, and the last ${labelCount} are what the output is compared with`,
      ),
    );
  /** A field as messages call it: its number, and its name where there is one. */
  const called = (field: number): string => (names ? `${field + 1} ("${names[field]}")` : String(field + 1));

  let rows = 1;
  for (let i = bytes.indexOf(newline, head.start); i >= 0; i = bytes.indexOf(newline, i + 1)) rows++;
  const values = new Float32Array(rows * columns);
  const labels = targets === undefined ? new Uint32Array(rows) : new Float32Array(rows * labelCount);
  let words: ReturnType<typeof naming> | undefined;
  let count = 0;

  for (let start = names ? head.next : head.start; start < bytes.length; ) {
    // 1. The line's end and its number of fields.
    const next = lineEnd(cut, start);
    const end = trimmed(bytes, start, next);
    if (end === start) {
      start = next + 1;
      continue;
    }
    let here = 1;
    if (cut.quoted) for (let i = fieldEnd(cut, start, end); i < end; i = fieldEnd(cut, i + 1, end)) here++;
    else for (let i = start; i < end; i++) if (bytes[i] === comma) here++;
    if (here !== fields) refuse(csvRagged(placeOf(bytes, file, start, end), here, head.line, fields));
    // 2. The fields: plain decimals of up to 15 digits are read here (exactly), others as text.
    for (let field = 0, at = start, to = count * columns, label = count * labelCount; field < fields; field++) {
      const from = at;
      const isLabel = field >= firstLabel && field < firstLabel + labelCount;
      const negative = bytes[at] === minus;
      if (negative) at++;
      let mantissa = 0;
      let digits = 0;
      let decimals = -1;
      for (let c = bytes[at] as number; at < end; c = bytes[++at] as number) {
        if (c >= zero && c <= nine) {
          mantissa = mantissa * 10 + (c - zero);
          digits++;
          if (decimals >= 0) decimals++;
        } else if (c === point && decimals < 0) decimals = 0;
        else break;
      }
      let value = decimals > 0 ? mantissa / (powers[decimals] ?? 1) : mantissa;
      if (negative) value = -value;
      const plain = digits > 0 && digits <= 15 && (at >= end || bytes[at] === comma);
      if (!plain || (isLabel && words !== undefined)) {
        at = fieldEnd(cut, from, end);
        const text = fieldText(bytes, from, at);
        const number = slowNumber(text);
        const place = () => placeOf(bytes, file, from, at);
        if (isLabel && targets === undefined && text !== '' && (words ?? (count === 0 && number === undefined))) {
          words ??= naming(options.classNames);
          const named = words.numberOf(text);
          if (named === undefined) {
            const { line } = place();
            refuse(classesDiffer(`${file}:${line}`, text, options.classNames ?? []));
          }
          value = named;
        } else {
          if (number === undefined) refuse(csvNotNumber(place(), called(field), text));
          if (!Number.isFinite(Math.fround(number))) refuse(csvNotFinite(place(), called(field), text));
          value = number;
        }
      }
      const isWhole = Number.isInteger(value) && value >= 0;
      if (isLabel) {
        if (targets === undefined && (!isWhole || value > 0x7fffffff)) {
          refuse(csvBadLabel(placeOf(bytes, file, from, at), called(field), fieldText(bytes, from, at)));
        }
        labels[label++] = value;
      } else {
        if (highest !== undefined && (!isWhole || value > highest)) {
          refuse(csvValueRange(placeOf(bytes, file, from, at), called(field), fieldText(bytes, from, at), highest));
        }
        values[to++] = value;
      }
      at++;
    }
    count++;
    start = next + 1;
  }
  if (count === 0) refuse(emptySet(file, 'it has a header line only'));
  const kept = labels.subarray(0, count * labelCount);
  return { count, columns, values: values.subarray(0, count * columns), labels: kept, classNames: words?.finish(kept) };
}
