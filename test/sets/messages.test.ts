// What the user sees when a download goes wrong: against test/diagnostics/<code>-<slug>/, with the port of the server left out.
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { getSet } from '../../src/cli/sets/get.ts';
import type { Source } from '../../src/cli/sets/sources.ts';
import { downloadFailed } from '../../src/diagnostics/catalog/downloads.ts';
import { Failure, renderAll } from '../../src/diagnostics/index.ts';
import { inFolder } from '../data/files.ts';
import { quietIo } from '../support/io.ts';
import { type Manner, serve } from './server.ts';

const goldens = resolve(import.meta.dirname, '../diagnostics');
const content = Uint8Array.from({ length: 5000 }, (_, i) => i & 255);
const archive = gzipSync(new Uint8Array(1024));
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

interface Case {
  readonly manners?: readonly Manner[];
  readonly source?: Partial<Source>;
}
const page = { type: 'text/html; charset=utf-8', text: '<h1>Welcome to the network of the hotel</h1>' };
const always = (manner: Manner): Manner[] => new Array<Manner>(6).fill(manner);

const cases: Readonly<Record<string, Case>> = {
  'E0471-file-not-there': { manners: [{ status: 404 }] },
  'E0471-forbidden': { manners: [{ status: 403 }] },
  'E0472-cut-again-and-again': { manners: always({ cut: 1000, noRanges: true }) },
  'E0472-busy': { manners: always({ status: 503 }) },
  'E0473-a-page-instead': { manners: [{ instead: page }] },
  'E0473-another-file': {
    source: { files: [{ name: 'a.bin', bytes: 5000, sha256: createHash('sha256').update('other').digest('hex') }] },
  },
  'E0476-archive-lacks': {
    source: {
      files: [{ name: 'a.tar.gz', bytes: archive.length, md5: md5(archive) }],
      keep: { unpack: ['data_batch_1.bin', 'test_batch.bin'] },
    },
  },
};

describe('messages about downloads', () => {
  test.each(Object.keys(cases))('%s', async (name) => {
    const { manners = [], source } = cases[name] as Case;
    const server = await serve({ 'a.bin': content, 'a.tar.gz': archive });
    server.manners = [...manners];
    const whole: Source = {
      title: 'a set',
      folder: 'a',
      addresses: [server.url],
      files: [{ name: 'a.bin', bytes: content.length, md5: md5(content) }],
      keep: 'files',
      ...source,
    };
    const text = await inFolder({}, (cwd) =>
      getSet(quietIo(cwd), 'a', whole, 'sets', undefined, { pause: 1 }).then(
        () => 'no trouble',
        (error: unknown) => (error instanceof Failure ? renderAll(error.diagnostics) : Promise.reject(error)),
      ),
    );
    await server.close();
    expect(text).toContain(`[${name.slice(0, 5)}]`);
    await expect(text.replaceAll(server.url, 'http://SERVER')).toMatchFileSnapshot(join(goldens, name, 'expected.txt'));
  });

  test('a proxy that this Node does not use is named', () => {
    const text = renderAll([downloadFailed('http://SERVER/a.bin', 'the server does not answer', 0, 4, 'https_proxy')]);
    expect(text).toContain('https_proxy is set: Node uses a proxy with NODE_USE_ENV_PROXY=1');
  });
});
