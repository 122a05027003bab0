// The error function in double precision, which JavaScript does not have.

/**
 * 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, to about 1e-15: the series
 * 2 / sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)) (Abramowitz & Stegun 7.1.6), whose terms all have
 * one sign. Beyond 6 it is 1 to the last bit.
 */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
