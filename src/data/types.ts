// What a data set is made of once it is read: pictures in one array, height x width x channels, and labels.
import { sizeOf } from '../ir/types.ts';

/** Height, width, channels. */
export type PictureShape = readonly [number, number, number];

/** The stored values; the network's input is value * scale. */
export type Pixels =
  | { readonly dtype: 'u8'; readonly values: Uint8Array; readonly scale: number }
  | { readonly dtype: 'f32'; readonly values: Float32Array; readonly scale: 1 };

export interface DataSet {
  readonly name: string;
  readonly shape: PictureShape;
  /** Number of pictures. */
  readonly count: number;
  /** Labels are 0 to classes - 1; 0 where they are values. */
  readonly classes: number;
  readonly classNames?: readonly string[];
  /** count x height x width x channels. */
  readonly pixels: Pixels;
  /** Classes (whole numbers), or values: as many a picture as `labelShape` says. */
  readonly labels: Uint32Array | Float32Array;
  /** Height and width of a map of classes, or the shape of a picture's values; one class a picture where it is absent. */
  readonly labelShape?: readonly number[];
}

export interface Split {
  readonly train: DataSet;
  readonly test: DataSet;
}

/** How many labels a picture has. */
export const labelsOf = (set: DataSet): number => sizeOf(set.labelShape ?? []);

/** `28x28x1`. */
export const shapeText = (shape: readonly number[]): string => shape.join('x');

export { sizeOf };
