// The program, killed with SIGKILL at any moment and started again with --resume, ends with the weights of a run that was left alone.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/need.ts';
import { devices, smallModel, workFolder, write } from './support.ts';

const folder = workFolder();
write(
  folder,
  'small.cnn',
  smallModel.replace('drawn:160,40', 'drawn:200,50').replace('flatten', 'flatten\n  dropout 0.3'),
);
const available = await devices();

interface Ended {
  readonly killed: boolean;
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** Runs the program; kills it `after` milliseconds, counted from its first word of the training under way. */
function program(words: readonly string[], after?: number): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'dist/cnnc.js'), ...words], { cwd: folder });
  let [stdout, stderr] = ['', ''];
  let timer: ReturnType<typeof setTimeout> | undefined;
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
    if (after !== undefined && stderr.includes('learning rate'))
      timer ??= setTimeout(() => child.kill('SIGKILL'), after);
  });
  return new Promise((resolve) => {
    child.on('close', (_, signal) => {
      clearTimeout(timer);
      resolve({ killed: signal === 'SIGKILL', lines: stdout.trimEnd().split('\n'), stderr });
    });
  });
}

// The reference trains three epochs in half a second; an adapter makes its kernels first, and then is faster.
const epochs = { reference: 3, auto: 40 };

test.each(available)(
  'ten kills at random moments, on %s',
  async (device) => {
    const words = (out: string): string[] => {
      const count = String(epochs[device as keyof typeof epochs]);
      return ['train', 'small.cnn', '-o', `${out}-${device}`, '--device', device, '--epochs', count, '--json'];
    };
    const began = performance.now();
    const whole = await program(words('whole'));
    const took = performance.now() - began;
    const { weights_sha256: right, steps } = JSON.parse(whole.lines.at(-1) ?? '');
    expect(right).toMatch(/^[0-9a-f]{64}$/);
    const moments: string[] = [];
    let round = 0;
    for (let kills = 0; kills < 10; ) {
      // A training of its own, killed until it gets to its end.
      const out = `killed${++round}`;
      for (let resumed = false; ; resumed = true) {
        const after = kills < 10 ? (Math.random() * took) / 2 : undefined;
        const ran = await program([...words(out), ...(resumed ? ['--resume'] : [])], after);
        if (ran.killed) {
          kills++;
          moments.push(`${Math.round(after as number)} ms, ${ran.stderr.match(/^epoch/gm)?.length ?? 0} epochs`);
          continue;
        }
        const result = JSON.parse(ran.lines.at(-1) ?? '');
        expect({ out, moments, steps: result.steps, sha256: result.weights_sha256 }).toEqual({
          ...{ out, moments, steps, sha256: right },
        });
        expect(readdirSync(join(folder, `${out}-${device}`)).filter((name) => name.startsWith('.'))).toEqual([]);
        break;
      }
    }
    console.log(`${device}: killed ${moments.join('; ')}; ${round} trainings`);
  },
  400_000,
);
