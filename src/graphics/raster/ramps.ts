// Colours for numbers from 0 to 1: grey, and two ramps in colour that are read without a legend.
import type { Colour } from './raster.ts';

export type Ramp = (t: number) => Colour;

/** Straight lines between colours at equal distances. */
const between =
  (...stops: readonly Colour[]): Ramp =>
  (t) => {
    const at = Math.min(1, Math.max(0, t)) * (stops.length - 1);
    const first = Math.min(Math.floor(at), stops.length - 2);
    const [a, b] = [stops[first] as Colour, stops[first + 1] as Colour];
    const mix = (i: 0 | 1 | 2): number => a[i] + (b[i] - a[i]) * (at - first);
    return [mix(0), mix(1), mix(2)];
  };

/** Black to white. */
export const grey: Ramp = between([0, 0, 0], [1, 1, 1]);

/** Dark violet to yellow, each step lighter than the one before, as matplotlib's viridis. */
export const violetToYellow: Ramp = between(
  [0.27, 0.0, 0.33],
  [0.23, 0.32, 0.55],
  [0.13, 0.57, 0.55],
  [0.37, 0.79, 0.38],
  [0.99, 0.91, 0.14],
);

/** Blue over green to red: heat on a picture. */
export const blueToRed: Ramp = between(
  [0.19, 0.22, 0.65],
  [0.17, 0.6, 0.95],
  [0.25, 0.9, 0.6],
  [0.95, 0.85, 0.2],
  [0.9, 0.25, 0.1],
);
