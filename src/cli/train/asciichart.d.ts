// What the package asciichart has no types for.
declare module 'asciichart' {
  export function plot(
    series: readonly (readonly number[])[],
    config: {
      readonly min?: number;
      readonly max?: number;
      /** Rows between the least and the largest value. */
      readonly height?: number;
      /** Columns of the labels and the axis. */
      readonly offset?: number;
      readonly format?: (value: number) => string;
    },
  ): string;
}
