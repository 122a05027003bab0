// cnnc tune: schedules are measured, kept and used; those of other adapters are not. Speeds are the machine's business.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../runtime/index.ts';
import { targetOn } from '../../src/cli/device-target.ts';
import { compileSource, type ModelFile } from '../../src/cli/model.ts';
import { identityOf, readTune, recordOf, type TuneRecord, tuneText, withRecord } from '../../src/cli/tune/file.ts';
import { openLab, type Place } from '../../src/cli/tune/lab.ts';
import { clearlyFaster, race } from '../../src/cli/tune/race.ts';
import { type Found, search } from '../../src/cli/tune/search.ts';
import { type Work, worksOf } from '../../src/cli/tune/works.ts';
import { type Schedule, scheduleText } from '../../src/codegen/schedules.ts';
import { gpuNeedsSubgroups } from '../../src/diagnostics/catalog/subgroups.ts';
import * as say from '../../src/diagnostics/catalog/tune.ts';
import { renderAll } from '../../src/diagnostics/index.ts';
import { done, lastJson, workFolder, write } from '../commands/support.ts';
import { nullDevice, withDevice } from '../support/adapter.ts';
import { expectGolden } from '../support/golden.ts';
import { runCnnc } from '../support/io.ts';

const text = `model small {
  input 6x5x1
  conv 3 3x3 relu  => 4x3x3
  flatten          => 36
  dense 4 softmax
}

train {
  data      "drawn:40,10"
  loss      cross_entropy
  optimizer sgd lr 0.1
  batch     3
  epochs    1
}
`;
/** A kernel of every family that has a choice. */
const rich = text.replace('lr 0.1', 'lr 0.1 global_clip_norm 1').replace(
  /input.*flatten\s.*?\n/s,
  `input 12x10x1
  conv 4 3x3 pad same nobias | batchnorm | relu
  lrn
  depthwise 3x3 pad same
  concat {
    branch { maxpool 2x2 | upsample 2 }
    branch { conv 3 1x1 }
  }
  depthwise 3x3 stride 2 relu | maxpool 2x2
  flatten
`,
);
const folder = workFolder();
write(folder, 'small.cnn', text);
const file = join(folder, 'cnnc.tune.json');
const opened = await withDevice();

const some: TuneRecord = {
  adapter: { vendor: 'v', architecture: '', description: 'card "1"', driver: '1.0' },
  target: 'gpu',
  kernels: new Map([
    [
      'matmul 3x36, 36x4 -> 3x4',
      {
        schedule: { kind: 'tiled', rows: 16, columns: 16, depth: 8, each: { rows: 4, columns: 4 } },
        us: 7.5,
        ruleUs: 9,
      },
    ],
    ['conv2d b', { schedule: { kind: 'register', rows: 2, workgroup: 8 }, us: 1, ruleUs: 2 }],
    [
      'conv2d s',
      {
        schedule: {
          kind: 'shuffle',
          rows: 32,
          columns: 16,
          depth: 8,
          each: { rows: 4, columns: 4 },
          staged: true,
        },
        us: 1,
        ruleUs: 2,
      },
    ],
    [
      'conv2d t',
      {
        schedule: {
          kind: 'matrix',
          rows: 16,
          columns: 16,
          depth: 16,
          each: { rows: 16, columns: 8 },
          unit: { type: 'f32', m: 8, n: 8, k: 8 },
          lanes: 32,
        },
        us: 1,
        ruleUs: 2,
      },
    ],
    ['conv2d a', { schedule: { kind: 'subgroup', rows: 16, vectors: 2 }, us: 1, ruleUs: 2 }],
    ['window w', { schedule: { kind: 'items', workgroup: 128, each: 2 }, us: 1, ruleUs: 2 }],
    ['depthwise d', { schedule: { kind: 'strips', workgroup: 64, columns: 8 }, us: 1, ruleUs: 2 }],
    ['depthwise e', { schedule: { kind: 'slices', filters: 4, slices: 16 }, us: 1, ruleUs: 2 }],
    ['sum s', { schedule: { kind: 'sum', workgroup: 64, lanes: 8 }, us: 1, ruleUs: 2 }],
  ]),
};
const other = { ...some, adapter: { ...some.adapter, driver: '0.9' } };

test('the file comes back as it was written: sorted, one line a kernel', () => {
  const written = tuneText([some, other]);
  expect(tuneText(readTune(written, 'f'))).toBe(written);
  expect(written).toBe(tuneText([other, { ...some, kernels: new Map([...some.kernels].reverse()) }]));
  expect(written.indexOf('"0.9"')).toBeLessThan(written.indexOf('"1.0"'));
  expect(written.split('\n').filter((line) => line.includes('ruleUs'))).toHaveLength(18);
  expect(readTune(written, 'f').find((r) => r.adapter.driver === '1.0')).toEqual({
    ...some,
    kernels: new Map([...some.kernels].sort(([a], [b]) => (a < b ? -1 : 1))),
  });
});

test('a file of contractions alone, as versions before wrote it, is read', () => {
  const kernels = '{"conv2d a": {"schedule":{"kind":"register","rows":8,"workgroup":64},"us":2330,"ruleUs":4039}}';
  const adapter = `{"vendor": "v", "architecture": "", "description": "d", "driver": "", "target": "cpu", "kernels": ${kernels}}`;
  const [record] = readTune(`{"format": "cnnc-tune", "version": 1, "adapters": [${adapter}]}`, 'f');
  expect(record?.kernels.get('conv2d a')?.schedule).toEqual({ kind: 'register', rows: 8, workgroup: 64 });
});

test('keys are of what is computed and of its sizes, not of names', () => {
  const keysOf = (source: string, batch: number): string[] =>
    worksOf(compileSource({ file: 'm.cnn', text: source }, { batch }).compiled.emitted, ['infer', 'train'], 'cpu')
      .map((w) => w.key)
      .sort();
  const keys = keysOf(rich, 4);
  expect(new Set(keys).size).toBe(keys.length);
  const renamed = rich
    .replace('conv 3 1x1', 'one 3')
    .replace('model small', 'block one(c) {\n  conv c 1x1\n}\n\nmodel large');
  expect(keysOf(renamed, 4)).toEqual(keys);
  expect(keysOf(rich.replace('lrn', 'lrn size 3'), 4)).not.toEqual(keys);
  // Of another batch only the norm of the gradients and the updates are the same.
  const larger = new Set(keysOf(rich, 5));
  expect(keys.filter((key) => larger.has(key)).map((key) => key.split(' ')[0])).toEqual([
    'squares',
    'sum',
    'update',
    'update',
  ]);
});

test('a record replaces that of the same adapter and target, and no other', () => {
  const records = [some, other];
  expect(recordOf(records, other.adapter, 'gpu')).toBe(other.kernels);
  expect(recordOf(records, some.adapter, 'cpu')).toBeUndefined();
  const less = { ...some, kernels: new Map([...some.kernels].slice(0, 1)) };
  expect(withRecord(records, less)).toEqual([other, less]);
  expect(withRecord(records, { ...some, kernels: new Map() })).toEqual([other]);
});

test('faster is what is faster in almost every round, and by enough', () => {
  const rounds = (ratio: number, noise: number) =>
    Array.from({ length: 11 }, (_, i) => [1, ratio * (1 + noise * ((((i * 7) % 11) - 5) / 5))]);
  expect(clearlyFaster(rounds(0.9, 0.05), 1)).toBe(true);
  expect(clearlyFaster(rounds(0.9, 0.8), 1)).toBe(false);
  expect(clearlyFaster(rounds(0.99, 0), 1)).toBe(false);
  expect(clearlyFaster(rounds(1.1, 0.1), 1)).toBe(false);
  expect(clearlyFaster(rounds(0.5, 0).slice(0, 2), 1)).toBe(false);
});

test('messages without a command line that leads to them everywhere', () => {
  const gold = (folder: string, ...all: Parameters<typeof renderAll>[0][number][]) =>
    expectGolden(`test/diagnostics/${folder}/expected.txt`, renderAll(all));
  const cards = [
    say.targetNeedsSubgroups('NVIDIA H200', 'subgroups of 32'),
    say.targetNeedsSubgroups('Microsoft Basic Render Driver', 'no subgroups'),
  ];
  gold('E0650-needs-subgroups', ...cards);
  gold('E0680-gpu-needs-subgroups', gpuNeedsSubgroups('Microsoft Basic Render Driver'));
  gold(
    'N0650-schedule-dropped',
    say.scheduleDropped('conv1', 'subgroup 8x2', 'the adapter refuses it: out of registers'),
  );
  gold(
    'N0651-other-kernels',
    say.otherKernels('runs/m/last.checkpoint.safetensors', 'cpu', 'cpu, 2 tuned (0123456789ab)'),
  );
});

test.each(['portable', 'gpu', 'gpu-subgroups'] as const)(
  'every candidate for %s is accepted without a GPU',
  async (target) => {
    const { device } = await nullDevice();
    const { emitted } = compileSource({ file: 'rich.cnn', text: rich }, { target, batch: 33 }).compiled;
    const subgroups = { least: 16, most: 128, units: [] };
    const works = worksOf(emitted, ['train'], target, subgroups);
    expect([...new Set(works.map((w) => w.family))].sort()).toEqual([
      'contraction',
      'depthwise',
      'gather',
      'neighbours',
      'pointwise',
      'resize',
      'rows',
      'squares',
      'sum',
      'update',
      'window',
    ]);
    expect(works.map((w) => w.key)).toContainEqual(expect.stringMatching(/^window unpool2d /));
    for (const { key, family, choice, places } of works) {
      const all = [choice.rule, ...choice.candidates(), ...choice.refine(choice.rule)];
      const shared = family === 'contraction' && target !== 'portable';
      expect(all.some((one) => one.kind === 'shuffle')).toBe(shared);
      const place = { ...(places[0] as Work['places'][0]), emitted, target, key, subgroups };
      const lab = await openLab(device, place, all, (one, reason) => {
        throw new Error(`${key}: ${scheduleText(one)}: ${reason}`);
      });
      expect(lab.schedules.length).toBeGreaterThan(1);
      expect(lab.schedules[0]).toEqual(all[0]);
      lab.dispose();
    }
  },
);

describe.skipIf(!opened)('on an adapter', () => {
  if (!opened) return;
  const target = targetOn(opened);
  const model: ModelFile = compileSource({ file: 'small.cnn', text }, { target });
  const { emitted } = model.compiled;
  const works = worksOf(emitted, ['infer', 'evaluate', 'train'], target);
  /** For each kernel a schedule that the rules do not choose. */
  const others = new Map(
    works.map(({ key, choice }): [string, Schedule] => [key, choice.candidates().at(-1) ?? choice.rule]),
  );
  const recordWith = (schedules: ReadonlyMap<string, Schedule>): TuneRecord => ({
    adapter: identityOf(opened.adapter),
    target,
    kernels: new Map([...schedules].map(([key, schedule]) => [key, { schedule, us: 1, ruleUs: 2 }])),
  });
  test.skipIf(!opened.features.includes('subgroups'))('--target gpu-subgroups computes what it should', async () => {
    const ran = await done(folder, 'verify', 'small.cnn', '--target', 'gpu-subgroups', '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true, target: 'gpu-subgroups' });
  });

  const planWith = async (...words: string[]): Promise<{ plan: Plan; said: string }> => {
    const ran = await done(folder, 'compile', 'small.cnn', '--target', 'auto', '--emit', 'plan', ...words);
    return { plan: JSON.parse(ran.stdout), said: ran.stderr };
  };

  test('a search keeps what is faster, and the commands use it', { timeout: 120_000 }, async () => {
    const found: Found[] = [];
    const dropped: string[] = [];
    // Of those that are timed together, the last is said to be the fastest.
    const measure: typeof race = async (o) => {
      const real = await race({ ...o, seconds: 0, least: 1 });
      expect(real[0]?.every((s) => s > 0)).toBe(true);
      return Array.from({ length: 9 }, () => (real[0] ?? []).map((_, i) => 1e-5 / (i + 1)));
    };
    const searched = await search(opened, emitted, target, {
      programs: ['infer'],
      noticeable: 0,
      seconds: 60,
      seed: 1,
      clock: 'differences',
      measure,
      onDrop: (kernel, s, reason) => dropped.push(`${kernel} ${scheduleText(s)} ${reason}`),
      onFound: (one) => void found.push(one),
    });
    expect(dropped).toEqual([]);
    expect(searched).toMatchObject({ kernels: 3, small: 0, found });
    expect(found.map((f) => f.kernel).sort()).toEqual(['conv1', 'dense1', 'dense1.z']);
    for (const f of found) {
      expect(f).toMatchObject({ better: true, whole: true, us: 5, rule_us: 10, dispatches: 1 });
      expect(scheduleText(f.schedule)).not.toBe(scheduleText(f.rule));
    }
    // Ctrl-C: what was found by then is the result.
    const stop = new AbortController();
    const { signal } = stop;
    const onFound = () => stop.abort();
    const cut = await search(opened, emitted, target, {
      programs: ['infer'],
      noticeable: 0,
      seconds: 60,
      seed: 1,
      clock: 'differences',
      measure,
      signal,
      onFound,
    });
    expect(cut).toMatchObject({ kernels: 3, found: [{ better: true }] });
    const record = recordWith(new Map(found.map((f) => [f.key, f.schedule])));
    write(folder, 'found.json', tuneText([record]));
    const json = lastJson(await done(folder, 'verify', 'small.cnn', '--batch', '3', '--json', '--tune', 'found.json'));
    expect(json).toMatchObject({ ok: true, target, tuned: 3 });
  });

  test('the file beside the model is used, unless it is of another adapter or left out', async () => {
    rmSync(file, { force: true });
    const rules = await planWith();
    expect(rules.said).toBe('');
    write(folder, 'cnnc.tune.json', tuneText([some, recordWith(others)]));
    const tuned = await planWith();
    expect(tuned.said).toBe(
      `cnnc.tune.json: ${works.length} of ${works.length} kernels are scheduled as measured on this adapter\n`,
    );
    expect(tuned.plan).toEqual(compileSource(model.source, { target, tuned: others }).compiled.plan);
    expect(tuned.plan.kernels).not.toEqual(rules.plan.kernels);
    expect((await planWith('--tune', 'none')).plan).toEqual(rules.plan);
    const elsewhere = recordWith(others);
    const driver = { ...elsewhere, adapter: { ...elsewhere.adapter, driver: 'of yesterday' } };
    write(folder, 'cnnc.tune.json', tuneText([driver]));
    const ignored = await planWith();
    expect(ignored.plan).toEqual(rules.plan);
    expect(ignored.said).toContain(`cnnc.tune.json has nothing of ${opened.adapter.name} with kernels for ${target}`);
    // What was measured at another batch is another kernel; an update has no batch.
    write(folder, 'cnnc.tune.json', tuneText([recordWith(others)]));
    expect((await planWith('--batch', '7')).said).toContain(`: 1 of ${works.length} `);
  });

  test('kernels of every family compute the same with other schedules', { timeout: 60_000 }, async () => {
    write(folder, 'rich.cnn', rich);
    const { compiled } = compileSource({ file: 'rich.cnn', text: rich }, { target, batch: 3 });
    const all = worksOf(compiled.emitted, ['infer', 'evaluate', 'train'], target);
    const changed = all.map(({ key, choice: { rule, ...choice } }): [string, Schedule] => [
      key,
      rule.kind === 'items' ? { ...rule, each: 3, workgroup: 5 } : (choice.candidates().at(-1) ?? rule),
    ]);
    write(folder, 'all.json', tuneText([recordWith(new Map(changed))]));
    const words = ['verify', 'rich.cnn', '--batch', '3', '--samples', '2', '--json', '--tune', 'all.json'];
    expect(lastJson(await done(folder, ...words))).toMatchObject({ ok: true, target, tuned: all.length });
  });

  test('a schedule of another family is named', async () => {
    const pooled = works.find((w) => w.family === 'rows');
    const sum: Schedule = { kind: 'sum', workgroup: 64, lanes: 1 };
    write(folder, 'other.json', tuneText([recordWith(new Map([[pooled?.key ?? '', sum]]))]));
    const ran = await runCnnc(['verify', 'small.cnn', '--tune', 'other.json'], folder);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('[E0654]');
    expect(ran.stderr).toContain('this kernel is scheduled by "items", not by "sum"');
  });

  test('a schedule that cannot run is named', async () => {
    const illegal: Schedule = { kind: 'register', rows: 99, workgroup: 8 };
    const [work] = works;
    write(folder, 'cnnc.tune.json', tuneText([recordWith(new Map([[work?.key ?? '', illegal]]))]));
    const ran = await runCnnc(['verify', 'small.cnn'], folder);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('[E0654]');
    expect(ran.stderr).toContain(work?.key);
    expect(ran.stderr).toContain('an invocation computes 1 to 16 rows');
    rmSync(file);
  });

  test('the command measures and writes what it says', { timeout: 120_000 }, async () => {
    rmSync(file, { force: true });
    const words = ['tune', 'small.cnn', '--program', 'infer', '--seconds', '2', '--json'];
    const ran = await done(folder, ...words);
    const json = lastJson(ran);
    expect(json).toMatchObject({ model: 'small', adapter: opened.adapter.name, target, batch: 3 });
    expect(json.measurable + json.small).toBe(3);
    expect(json.interrupted).toBe(false);
    expect(json.kernels.length).toBeGreaterThan(0);
    const better = json.kernels.filter((f: Found) => f.better);
    expect(existsSync(file)).toBe(better.length > 0);
    expect(json.file).toBe(better.length > 0 ? 'cnnc.tune.json' : null);
    if (better.length === 0) return;
    const kept = recordOf(readTune(readFileSync(file, 'utf8'), file), identityOf(opened.adapter), target);
    expect([...(kept?.keys() ?? [])].sort()).toEqual(better.map((f: Found) => f.key).sort());
  });

  test('a resumed training is told that its kernels are others', { timeout: 120_000 }, async () => {
    rmSync(file, { force: true });
    const drawn = text
      .replace('input 6x5x1', 'input 28x28x1\n  maxpool 7x7')
      .replace(/ {2}conv.*\n/, '')
      .replace('=> 36', '=> 16');
    write(folder, 'drawn.cnn', drawn.replace('dense 4', 'dense 10'));
    const words = ['train', 'drawn.cnn', '-o', 'run', '--quiet'];
    await done(folder, ...words);
    const again = await runCnnc([...words, '--resume', '--epochs', '2'], folder);
    expect(again.stderr).toBe('');
    const others = await runCnnc([...words, '--resume', '--epochs', '3', '--target', 'web'], folder);
    expect([others.code, others.stderr.includes('[N0651]')]).toEqual([0, target !== 'portable']);
  });

  test('a schedule that makes other values is found', async () => {
    const [work] = works;
    const [place] = work?.places ?? [];
    if (!work || !place) throw new Error('there is a contraction');
    const here: Place = { ...place, emitted, target, key: work.key };
    const right = work.choice.rule;
    const both = [right, ...work.choice.candidates().slice(-1)];
    const never = () => {
      throw new Error('none is refused');
    };
    const lab = await openLab(opened.device, here, both, never);
    expect(await lab.check()).toEqual([undefined, undefined]);
    lab.dispose();
    const wrong = await openLab(opened.device, here, both, never, (plan) => {
      const [first, second] = plan.kernels as [Plan['kernels'][0], Plan['kernels'][0]];
      const wgsl = second.wgsl.replace(/= max\((\w+), T\(0\.0\)\)/g, '= max($1, T(0.01))');
      expect(wgsl).not.toBe(second.wgsl);
      return { ...plan, kernels: [first, { ...second, wgsl }] };
    });
    expect(await wrong.check()).toEqual([undefined, expect.stringContaining('its values are not those of the rules')]);
    wrong.dispose();
    // Larger workgroups than there are: the device refuses it.
    const refused: string[] = [];
    const none: Schedule = { kind: 'register', rows: 1, workgroup: 8192 };
    expect(work.choice.trouble(none)).toBeDefined();
    const less = await openLab(opened.device, here, [right, none], (_, reason) => void refused.push(reason));
    expect(less.schedules).toEqual([right]);
    expect(refused).toEqual([expect.stringContaining('the adapter refuses it: ')]);
    less.dispose();
  });
});
