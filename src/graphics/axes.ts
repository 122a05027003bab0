// Axes of charts: scales, the numbers at their ticks, and what is drawn of them.
import { scaleLinear, scaleLog } from 'd3-scale';
import { colours, line, MARGIN, round, text } from './svg.ts';

/** Where a chart's values are drawn, in pixels. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Tick {
  readonly value: number;
  /** Empty for a tick between two that are labelled. */
  readonly label: string;
}

export interface Axis {
  /** The place of a value in pixels. */
  at(value: number): number;
  readonly ticks: readonly Tick[];
}

/** A number as short as it can be said exactly enough: `0.002`, `1e-7`, `12000`. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  const short = Number(value.toPrecision(4));
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? short.toExponential().replace('e+', 'e') : String(short);
}

/** `97.5 %` */
export const percentText = (value: number): string => `${Number((100 * value).toPrecision(4))} %`;

/** From `low` to `high`, which are widened to round numbers. */
export function linearAxis(
  [low, high]: readonly [number, number],
  pixels: readonly [number, number],
  show: (value: number) => string = numberText,
): Axis {
  // Values that differ by rounding alone have no ticks between them.
  const equal = high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  const around = low === 0 ? 1 : Math.abs(low) * 0.1;
  const scale = scaleLinear(equal ? [low - around, high + around] : [low, high], pixels).nice(6);
  return { at: (v) => scale(v), ticks: scale.ticks(6).map((value) => ({ value, label: show(value) })) };
}

/** Powers of ten are labelled; 2 and 5 between them too where there are few, and all where the values span less than one. */
export function logAxis(
  [low, high]: readonly [number, number],
  pixels: readonly [number, number],
  show: (value: number) => string = numberText,
): Axis {
  const span = Math.log10(high / low);
  const scale = scaleLog(span < 0.3 ? [low / 1.2, high * 1.2] : [floorTo(low), ceilTo(high)], pixels);
  const labelled = (v: number): boolean => {
    const power = 10 ** Math.floor(Math.log10(v) + 1e-9);
    const digit = Math.round(v / power);
    return digit === 1 || span < 1 || (span < 3 && (digit === 2 || digit === 5));
  };
  const ticks = scale.ticks(10).map((value) => ({ value, label: labelled(value) ? show(value) : '' }));
  return { at: (v) => scale(v), ticks };
}

const floorTo = (v: number): number => {
  const power = 10 ** Math.floor(Math.log10(v) + 1e-9);
  return Math.floor(v / power + 1e-9) * power;
};
const ceilTo = (v: number): number => {
  const power = 10 ** Math.floor(Math.log10(v) + 1e-9);
  return Math.ceil(v / power - 1e-9) * power;
};

/** Whole numbers from `low` to `high`, exactly; one alone stands in the middle. */
export function countAxis([low, high]: readonly [number, number], pixels: readonly [number, number]): Axis {
  const scale = scaleLinear(low === high ? [low - 1, high + 1] : [low, high], pixels);
  const ticks = low === high ? [low] : scale.ticks(Math.min(10, high - low)).filter(Number.isInteger);
  return { at: (v) => scale(v), ticks: ticks.map((value) => ({ value, label: String(value) })) };
}

export const TICK = 15;
export const LABEL = 16;

/** The line below a chart with its ticks, numbers and name. */
export function bottomAxis({ left, right, bottom }: Frame, axis: Axis, name: string): string[] {
  return [
    line({ x: left, y: bottom }, { x: right, y: bottom }, colours.line),
    ...axis.ticks.flatMap(({ value, label }) => {
      const x = axis.at(value);
      return [
        line({ x, y: bottom }, { x, y: bottom + 5 }, colours.line),
        ...(label === '' ? [] : [text({ x, y: bottom + 22 }, label, { size: TICK, fill: colours.soft })]),
      ];
    }),
    text({ x: (left + right) / 2, y: bottom + 46 }, name, { size: LABEL }),
  ];
}

/** The numbers left of a chart with faint lines through it; the name stands above them. */
export function leftAxis({ left, right, top }: Frame, axis: Axis, name: string): string[] {
  return [
    ...axis.ticks.flatMap(({ value, label }) => {
      const y = axis.at(value);
      const faint = label === '' ? '#f1f3f6' : '#e2e6eb';
      return [
        `<line x1="${round(left)}" y1="${round(y)}" x2="${round(right)}" y2="${round(y)}" stroke="${faint}" stroke-width="1"/>`,
        ...(label === ''
          ? []
          : [text({ x: left - 10, y: y + 5 }, label, { size: TICK, fill: colours.soft, anchor: 'end' })]),
      ];
    }),
    text({ x: MARGIN, y: top - 18 }, name, { size: LABEL, anchor: 'start' }),
  ];
}
