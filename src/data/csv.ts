// Tables of numbers: one picture a line, its values separated by commas, the label last; a header line may stand first.
import {
  type CsvPlace,
  csvBadLabel,
  csvNotFinite,
  csvNotNumber,
  csvRagged,
  csvValueRange,
  emptySet,
} from '../diagnostics/catalog/data.ts';
import { refuse } from '../diagnostics/index.ts';
import { type PictureShape, type Pixels, sizeOf } from './types.ts';

export interface Table {
  readonly count: number;
  /** Values a picture, without the label. */
  readonly columns: number;
  /** count x columns. */
  readonly values: Float32Array;
  readonly labels: Uint32Array;
  /** The highest value when all values are whole numbers from 0 to 255. */
  readonly highestByte: number | undefined;
}

const [comma, newline, carriage, point, minus, zero, nine] = [44, 10, 13, 46, 45, 48, 57];
/** Longer lines are not shown in messages. */
const shownLine = 120;
const powers = Array.from({ length: 16 }, (_, i) => 10 ** i);

/** The place of the bytes `start` to `end` of a file, for a message. */
function placeOf(bytes: Uint8Array, file: string, start: number, end: number): CsvPlace {
  const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, start));
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  const lineEnd = bytes.indexOf(newline, start);
  const length = (lineEnd < 0 ? bytes.length : lineEnd) - bytes.lastIndexOf(newline, start - 1);
  if (length > shownLine) return { file, line, column };
  const source = { file, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) };
  return {
    file,
    line,
    column,
    primary: { span: { source, start: before.length, end: before.length + end - start }, text: '' },
  };
}

/** A number as a text may have it, or undefined; NaN and infinities are numbers here. */
function slowNumber(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (/^[+-]?inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  return /^[+-]?nan$/i.test(text) ? Number.NaN : undefined;
}

/** The text of a field without spaces and quotes. */
const fieldText = (bytes: Uint8Array, start: number, end: number): string =>
  new TextDecoder()
    .decode(bytes.subarray(start, end))
    .trim()
    .replace(/^"(.*)"$/, '$1');

/**
 * Reads a table. `file` is for messages. With `highest`, each value must be a whole number from 0 to it.
 * Refuses lines of unequal length, what is no finite number, and labels that are no whole numbers.
 */
export function parseCsv(bytes: Uint8Array, file: string, highest?: number): Table {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  let fields = 0; // of the first line
  let firstLine = 0;
  let line = 0;
  let count = 0;
  let rows = 1;
  for (let i = bytes.indexOf(newline); i >= 0; i = bytes.indexOf(newline, i + 1)) rows++;
  let values = new Float32Array(0);
  const labels = new Uint32Array(rows);
  let whole = true;
  let top = 0;

  for (let start = hasMark ? 3 : 0; start < bytes.length; ) {
    // 1. The line's end and its number of fields.
    const found = bytes.indexOf(newline, start);
    const next = found < 0 ? bytes.length : found;
    let end = next;
    while (end > start && (bytes[end - 1] === carriage || bytes[end - 1] === 32)) end--;
    line++;
    let here = 1;
    for (let i = start; i < end; i++) if (bytes[i] === comma) here++;
    if (end === start) {
      start = next + 1;
      continue;
    }
    // 2. The first line that is not empty says how many fields there are; it is a header when it ends with a word.
    if (fields === 0) {
      [fields, firstLine] = [here, line];
      const last = bytes.lastIndexOf(comma, end - 1) + 1;
      if (slowNumber(fieldText(bytes, Math.max(last, start), end)) === undefined) {
        start = next + 1;
        continue;
      }
    }
    if (here !== fields) refuse(csvRagged(placeOf(bytes, file, start, end), here, firstLine, fields));
    if (fields < 2) refuse(emptySet(file, 'its lines have one field, which is the label'));
    if (values.length === 0) values = new Float32Array(rows * (fields - 1));
    // 3. The fields: plain decimals of up to 15 digits are read here (exactly), others as text.
    for (let field = 0, at = start, to = count * (fields - 1); field < fields; field++) {
      const from = at;
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
      if (digits === 0 || digits > 15 || (at < end && bytes[at] !== comma)) {
        const stop = bytes.indexOf(comma, from);
        at = stop < 0 || stop > end ? end : stop;
        const text = fieldText(bytes, from, at);
        const number = slowNumber(text);
        if (number === undefined) refuse(csvNotNumber(placeOf(bytes, file, from, at), field + 1, text));
        if (!Number.isFinite(Math.fround(number)))
          refuse(csvNotFinite(placeOf(bytes, file, from, at), field + 1, text));
        value = number;
      }
      const isWhole = Number.isInteger(value) && value >= 0;
      if (field === fields - 1) {
        if (!isWhole || value > 0x7fffffff) {
          refuse(csvBadLabel(placeOf(bytes, file, from, at), field + 1, fieldText(bytes, from, at)));
        }
        labels[count] = value;
      } else {
        if (highest !== undefined && (!isWhole || value > highest)) {
          refuse(csvValueRange(placeOf(bytes, file, from, at), field + 1, fieldText(bytes, from, at), highest));
        }
        if (!isWhole || value > 255) whole = false;
        if (value > top) top = value;
        values[to++] = value;
      }
      at++;
    }
    count++;
    start = next + 1;
  }
  if (count === 0) refuse(emptySet(file, firstLine === 0 ? 'it has no lines' : 'it has a header line only'));
  const columns = fields - 1;
  return {
    count,
    columns,
    values: values.subarray(0, count * columns),
    labels: labels.subarray(0, count),
    highestByte: whole ? top : undefined,
  };
}

/**
 * The values as the runtime stores them: bytes when all are whole numbers from 0 to 255, divided by 255 (by 16 when
 * none is above 16, by nothing when none is above 1); else the numbers as they stand.
 */
export function pixelsOf(table: Table): Pixels {
  const { highestByte, values } = table;
  if (highestByte === undefined) return { dtype: 'f32', values, scale: 1 };
  const divisor = highestByte > 16 ? 255 : highestByte > 1 ? 16 : 1;
  return { dtype: 'u8', values: Uint8Array.from(values), scale: 1 / divisor };
}

/** The shape of a line's values: the model's when it has as many, else a square, else a vector (1 x 1 x n). */
export function shapeOfRow(columns: number, expected?: readonly number[]): PictureShape {
  if (expected?.length === 3 && sizeOf(expected) === columns) return expected as PictureShape;
  const side = Math.round(Math.sqrt(columns));
  return side * side === columns ? [side, side, 1] : [1, 1, columns];
}
