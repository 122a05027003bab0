// Weights in fewer bits than 32: half precision (IEEE 754 binary16) and whole numbers from -127 to 127, little-endian.

/** The number that 16 bits stand for. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The nearest half, ties to even; infinity from 65520 on. */
export function numberToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Neighbours are 2^-10 of the power of two below them apart, and 2^-24 below the smallest normal number, 2^-14.
  let exponent = -14;
  while (size >= 2 ** (exponent + 1)) exponent++;
  const steps = roundHalfToEven(size / 2 ** (exponent - 10));
  // A mantissa that rounds up to 2048 carries into the exponent by itself; below 1024 the number is subnormal.
  return sign | ((exponent + 14) * 1024 + steps);
}

function roundHalfToEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}

/** How a parameter lies in memory when not as 32-bit floats. `i8` ones hold whole numbers. */
export type Stored = 'f16' | 'i8';

/** The bytes of values as they are stored, filled up to a multiple of four. */
export function storedBytes(values: ArrayLike<number>, stored: Stored): Uint8Array<ArrayBuffer> {
  const each = stored === 'f16' ? 2 : 1;
  const out = new DataView(new ArrayBuffer(Math.ceil((each * values.length) / 4) * 4));
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (stored === 'f16') out.setUint16(2 * i, numberToHalf(value), true);
    else out.setInt8(i, Math.max(-127, Math.min(127, Math.round(value))));
  }
  return new Uint8Array(out.buffer);
}

/** `count` values as kernels see them. */
export function storedValues(
  bytes: ArrayBuffer,
  offset: number,
  count: number,
  stored: Stored,
): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes, offset);
  return Float32Array.from({ length: count }, (_, i) =>
    stored === 'f16' ? halfToNumber(view.getUint16(2 * i, true)) : view.getInt8(i),
  );
}
