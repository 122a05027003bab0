// What cnnc verify prints: a row a kernel, a row a gradient, and the judgement.
import { table } from '../format.ts';
import type { GradientRow } from './gradients.ts';
import type { KernelRow } from './kernels.ts';

const small = (n: number): string => (n === 0 ? '0' : Number.isFinite(n) ? n.toExponential(1) : 'not finite');
const verdict = (ok: boolean): string => (ok ? 'ok' : 'WRONG');

export function kernelTable(rows: readonly KernelRow[]): string {
  const head = ['program', 'kernel', 'family', 'shape', 'max error', 'relative', 'tolerance', ''];
  const cells = rows.map((r) => [
    r.program,
    r.kernel,
    r.family,
    r.shape,
    small(r.max_error),
    small(r.relative_error),
    small(r.tolerance),
    verdict(r.ok),
  ]);
  return table([head, ...cells], [false, false, false, false, true, true, true, false]);
}

export function gradientTable(rows: readonly GradientRow[]): string {
  const head = ['gradient of', 'shape', 'samples', 'max error', 'relative', 'tolerance', ''];
  const cells = rows.map((r) => [
    r.parameter,
    r.shape.join('x') || 'scalar',
    String(r.samples),
    small(r.max_error),
    small(r.relative_error),
    small(r.tolerance),
    verdict(r.ok),
  ]);
  return table([head, ...cells], [false, false, true, true, true, true, false]);
}
