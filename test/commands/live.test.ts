// train --live: what stands on the terminal while it trains and afterwards.
import { expect, test } from 'vitest';
import { liveProgress } from '../../src/cli/train/live.ts';
import { type LiveCurves, liveChart, resampled } from '../../src/cli/train/live-chart.ts';
import { expectGolden } from '../support/golden.ts';
import { quietIo, runCnnc } from '../support/io.ts';
import { screen } from '../support/terminal.ts';
import { lastJson, smallModel, workFolder, write } from './support.ts';

const folder = workFolder();
write(folder, 'small.cnn', smallModel);
const percents = (v: number): string => `${(100 * v).toFixed(1)} %`;

test('a curve is spread over the columns', () => {
  expect(
    resampled(
      [
        [1, 0],
        [2, 4],
        [3, 4],
      ],
      0,
      4,
      9,
    ),
  ).toEqual([...[NaN, NaN], 0, 2, 4, 4, 4, 4, 4]);
  expect(
    resampled(
      [
        [0, 1],
        [0.1, 3],
        [4, 5],
      ],
      0,
      4,
      3,
    ),
  ).toEqual([2, 3.5, 5]);
  expect(resampled([], 0, 4, 2)).toEqual([NaN, NaN]);
});

test('the chart: training from left to right, the tests from the first on', () => {
  const curves: LiveCurves = {
    name: 'accuracy',
    train: [
      [0.1, 0],
      [1, 0.5],
      [2, 1],
    ],
    test: [
      [1, 0.25],
      [2, 0.5],
    ],
  };
  const lines = liveChart(curves, { columns: 50, rows: 20, colours: false }, percents);
  expect(lines.map((l) => l.length <= 50)).toEqual(lines.map(() => true));
  expectGolden('test/commands/live-chart.txt', `${lines.join('\n')}\n`);
  // In colours it is the same, but for the asterisks.
  const coloured = liveChart(curves, { columns: 50, rows: 20, colours: true }, percents);
  expect(coloured.join('')).toContain('\x1b[34m');
  const seen = screen(coloured.join('\n'), 200);
  expect(seen).toHaveLength(lines.length);
  lines.forEach((line, row) => {
    [...line].forEach((c, at) =>
      expect(c === '*' ? /[^ *]/.test(seen[row]?.[at] ?? '') : seen[row]?.[at]).toBe(c === '*' ? true : c),
    );
  });
});

test('there is a chart for any room, or none', () => {
  const train = Array.from({ length: 500 }, (_, i) => [i / 100, Math.sin(i / 30) * 1e3] as const);
  const curves: LiveCurves = {
    name: 'loss',
    train,
    test: [
      [1, 5],
      [2, -2000],
      [4.99, 1],
    ],
  };
  for (const columns of [1, 10, 21, 24, 40, 81, 200])
    for (const rows of [-2, 0, 3, 4, 9, 50]) {
      const lines = liveChart(curves, { columns, rows, colours: false }, (v) => v.toFixed(4));
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      expect(lines.length).toBeLessThanOrEqual(Math.max(0, rows));
      if (columns >= 40 && rows >= 9) expect(lines.length).toBeGreaterThan(6);
    }
  // One value, or none, or all equal: nothing to draw.
  for (const train of [
    [],
    [[1, 2]],
    [
      [1, 2],
      [2, 2],
    ],
  ] as LiveCurves['train'][])
    expect(liveChart({ name: 'loss', train, test: [] }, { columns: 80, rows: 20, colours: false }, String)).toEqual([]);
});

test('it is drawn in its place, under lines that stay', () => {
  const said: string[] = [];
  const io = { ...quietIo(folder), isTTY: true, columns: 80, rows: 24, stderr: (t: string) => said.push(t) };
  const progress = liveProgress(io, { epochs: 2, pictures: 100, scheduled: false });
  const sums = (count: number, right: number) => ({ count, metrics: { loss: count, accuracy: right } });
  const now = (): string[] => screen(said.join(''), 80).filter((line) => line !== '');
  const mean = (accuracy: number) => ({ loss: 1, accuracy });
  const result = (epoch: number) => ({
    ...{ epoch, step: epoch, lr: 1, pictures: 100, train: mean(0.3), test: mean(epoch / 4), seconds: 1 },
  });
  progress.report(1, sums(50, 10), 1);
  expect(now()).toEqual([expect.stringMatching(/^1\/2 \u2588+\u2591+ 50 % {2}loss 1\.0000 {2}accuracy 20\.00 %/)]);
  progress.report(1, sums(100, 40), 2);
  expect(now().filter((l) => l.startsWith('1/2'))).toHaveLength(1);
  // The second half of the epoch: 30 of 50.
  expect(now().join('\n')).toMatch(/ 60\.0 % [\s\S]* 20\.0 % [\s\S]*accuracy: \u2500 training 60\.0 %/);
  progress.epoch(result(1));
  expect(now()[0]).toMatch(/^epoch 1\/2 /);
  expect(now().filter((l) => l.includes('1/2'))).toHaveLength(1);
  progress.io.stderr('warning: something\n');
  progress.report(2, sums(50, 40), 1);
  progress.report(2, sums(100, 90), 1);
  progress.epoch(result(2));
  progress.stop();
  said.push('behind\n');
  const last = now();
  expect(last.slice(0, 4)).toEqual([
    ...[expect.stringMatching(/^epoch 1\/2 /), expect.any(String), 'warning: something'],
    expect.stringMatching(/^epoch 2\/2 /),
  ]);
  expect(last.at(-1)).toBe('behind');
  expect(last.at(-2)).toMatch(/training 100\.0 % {2}\u2500 test 50\.0 %$/);
  expect(last.filter((l) => l.includes('training'))).toHaveLength(1);
});

test('a training with it gives the same, also when it is stopped', async () => {
  const words = ['train', 'small.cnn', '--device', 'reference', '--live', '--json', '-o'];
  const said: string[] = [];
  const stop = new AbortController();
  const terminal = { isTTY: true, columns: 70, rows: 30, stderr: (t: string) => said.push(t) };
  const ran = await runCnnc([...words, 'live'], folder, terminal);
  expect(screen(said.join(''), 70).join('\n')).toMatch(/epoch 1\/2 [\s\S]*epoch 2\/2 [\s\S]*accuracy: \u2500 training/);
  const plain = await runCnnc(
    [...words, 'plain'].filter((w) => w !== '--live'),
    folder,
  );
  expect(lastJson(ran).weights_sha256).toBe(lastJson(plain).weights_sha256);
  let text = '';
  const stopped = await runCnnc([...words, 'stopped', '--epochs', '99999'], folder, {
    ...terminal,
    signal: stop.signal,
    stderr: (t) => {
      text += t;
      if (/epoch +1\//.test(t)) stop.abort();
    },
  });
  expect(stopped.code).toBe(0);
  expect(lastJson(stopped).interrupted).toBe(true);
  // Nothing is hidden, moved away or coloured at the end: what is said last stands below the curve.
  expect(text).not.toContain('\x1b[?');
  expect(
    screen(text, 70)
      .filter((l) => l !== '')
      .at(-1),
  ).toMatch(/^history {2}/);
});

test('without a terminal it is a note', async () => {
  const words = ['train', 'small.cnn', '--device', 'reference', '--live', '--epochs', '1', '-o', 'noted'];
  const { code, stderr } = await runCnnc(words, folder);
  expect(code).toBe(0);
  const [said = 'no note\n'] = /^note\[N0540\][\s\S]*?\n(?=epoch)/m.exec(stderr) ?? [];
  expectGolden('test/diagnostics/N0540-no-terminal/expected.txt', said);
  const dumb = await runCnnc(words, folder, { isTTY: true, env: { TERM: 'dumb' } });
  expect(dumb.stderr).toContain('N0540');
  expect((await runCnnc([...words, '--quiet'], folder)).stderr).not.toContain('N0540');
});
