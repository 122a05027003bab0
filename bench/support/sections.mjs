// The parts of the page that are neither networks nor growth: the host's share of digits, large kernels, memory plans.
import { number, percent } from './stats.mjs';

export function hostSection({ host }) {
  if (!host) return [];
  return [
    "## What digits spends outside the device's work",
    '',
    host.explained,
    '',
    '| | |',
    '|---|---|',
    ...host.rows.map(([what, value]) => `| ${what} | ${value} |`),
    '',
  ];
}

export function kernelSection({ kernels }) {
  if (!kernels) return [];
  return [
    '## Contraction kernels of 1024 and larger',
    '',
    `Measured by \`cnnc bench\`, target ${kernels.target}; ceiling in the same process ${number(kernels.ceiling)} GFLOP/s.`,
    '',
    '| network | kernel | multiply-adds | GFLOP/s | of ceiling |',
    '|---|---|---|---|---|',
    ...kernels.rows.map(
      (r) =>
        `| ${r.network} | ${r.kernel} | ${number(r.macs / 1e9)} G | ${number(r.gflops)} | ${percent(r.gflops / kernels.ceiling)} |`,
    ),
    '',
  ];
}

const MIB = 2 ** 20;

export function planSection({ plans }) {
  if (!plans) return [];
  const trained = plans.rows.filter((r) => r.live > 0);
  const failed = plans.rows.filter((r) => r.failed);
  return [
    '## Memory plans of training',
    '',
    `Target ${plans.target}; each model at its own batch, \`bench/\` at 128.`,
    '',
    '| model | batch | arena, MiB | live tensors at most, MiB | more |',
    '|---|---|---|---|---|',
    ...trained.map(
      (r) =>
        `| ${r.name} | ${r.batch} | ${number(r.arena / MIB)} | ${number(r.live / MIB)} | ${percent(r.arena / r.live - 1, 2)} |`,
    ),
    '',
    ...(failed.length > 0 ? [`Not compiled: ${failed.map((r) => `${r.name} (${r.failed})`).join('; ')}.`, ''] : []),
  ];
}
