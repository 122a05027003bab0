// Exact fractions: (c / 3 * 3) is c, and whether a size is whole has a clear answer.

/** n / d in lowest terms, d > 0. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

/** Beyond this many bits a formula has run away. */
const most = 1n << 1024n;

const gcd = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
};

/** n / d for d != 0; undefined when the numbers grew too large to go on with. */
export function rational(n: bigint, d: bigint): Rational | undefined {
  if (n > most || -n > most || d > most || -d > most) return undefined;
  const sign = d < 0n ? -1n : 1n;
  const by = gcd(n, sign * d) * sign;
  return { n: n / by, d: d / by };
}

/** The exact value of `12`, `0.25` or `1e-4`; undefined when its exponent is out of all reason. */
export function parseRational(text: string): Rational | undefined {
  const [, sign = '', whole = '0', part = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const power = Number(exponent) - part.length;
  if (Math.abs(power) > 400 || whole.length + part.length > 400) return undefined;
  const digits = BigInt(`${sign}${whole}${part}`);
  return power >= 0 ? rational(digits * 10n ** BigInt(power), 1n) : rational(digits, 10n ** BigInt(-power));
}

/** A number as the fraction that was meant: 1/3 for 0.333..., by continued fractions up to a denominator of a million. */
export function rationalOf(value: number): Rational | undefined {
  if (!Number.isFinite(value)) return undefined;
  if (Number.isInteger(value)) return rational(BigInt(value), 1n);
  let [n0, d0, n, d] = [1, 0, Math.floor(value), 1];
  let rest = value - n;
  while (rest !== 0 && n / d !== value && d <= 1e6) {
    const inverse = 1 / rest;
    const a = Math.floor(inverse);
    [n0, d0, n, d] = [n, d, a * n + n0, a * d + d0];
    rest = inverse - a;
  }
  if (n / d === value && d <= 1e6 && Number.isSafeInteger(n)) return rational(BigInt(n), BigInt(d));
  return parseRational(value.toExponential());
}

/** The nearest number of double precision. */
export const toNumber = ({ n, d }: Rational): number => Number(n) / Number(d);

export const isWhole = ({ d }: Rational): boolean => d === 1n;

/** The largest whole number that is not above x. */
export const floorOf = ({ n, d }: Rational): bigint => (n >= 0n ? n / d : -((-n + d - 1n) / d));

/** Negative, zero or positive as a is below, equal to or above b. */
export const compareRationals = (a: Rational, b: Rational): number => {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** For messages: whole numbers as they are, others with six digits. */
export const showRational = (x: Rational): string =>
  isWhole(x) ? String(x.n) : String(Number(toNumber(x).toPrecision(6)));
