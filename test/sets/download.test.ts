// Downloads, against a server on this machine: cut connections, resumption, wrong files, and what is said of them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { download, type Surroundings } from '../../src/cli/sets/download.ts';
import { getSet } from '../../src/cli/sets/get.ts';
import type { Source, SourceFile } from '../../src/cli/sets/sources.ts';
import { sources } from '../../src/cli/sets/sources.ts';
import { tarFiles } from '../../src/cli/sets/tar.ts';
import { inFolder } from '../data/files.ts';
import { faults } from '../schemas/schemas.ts';
import { quietIo, runCnnc } from '../support/io.ts';
import { needData } from '../support/need.ts';
import { serve, type TestServer } from './server.ts';

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i + (i >> 8)) & 255);
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const sourceFile = (name: string, bytes: Uint8Array): SourceFile => ({ name, bytes: bytes.length, md5: md5(bytes) });

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Downloads `content` into a folder from a server with these manners; what is in the folder afterwards. */
async function fetched(
  manners: TestServer['manners'],
  {
    before,
    around = {},
    file = sourceFile('a.bin', content),
    urls = 1,
  }: {
    before?: Uint8Array;
    around?: Surroundings;
    file?: SourceFile;
    urls?: number;
  } = {},
) {
  server = await serve({ 'a.bin': content });
  server.manners = manners;
  const { url, asked } = server;
  return inFolder(before ? { 'a.bin.part': before } : {}, async (folder) => {
    const path = join(folder, 'sets/a.bin');
    if (before) {
      mkdirSync(join(folder, 'sets'));
      writeFileSync(`${path}.part`, before);
    }
    const from = Array.from({ length: urls }, (_, i) => `${url}/${i}/a.bin`);
    const state = await download({ urls: from, path, shown: 'a.bin', file }, { pause: 1, ...around }).catch(
      (e: Error) => e.message,
    );
    const names = existsSync(join(folder, 'sets')) ? readdirSync(join(folder, 'sets')) : [];
    const same = existsSync(path) && Buffer.compare(readFileSync(path), content) === 0;
    return {
      state,
      names,
      same,
      ranges: asked.map((a) => a.range),
      asked,
      part: names.includes('a.bin.part') ? readFileSync(`${path}.part`).length : 0,
    };
  });
}

describe('a file', () => {
  test('comes whole', async () => {
    const seen: number[] = [];
    const got = await fetched([], { around: { progress: (n) => seen.push(n) } });
    expect(got).toMatchObject({ state: 'new', names: ['a.bin'], same: true, ranges: [undefined] });
    expect(seen.at(-1)).toBe(content.length);
  });
  test('is gone on with where the connection was cut, twice', async () => {
    const got = await fetched([{ cut: 100_000 }, { cut: 50_000 }]);
    expect(got).toMatchObject({ state: 'new', same: true, ranges: [undefined, 'bytes=100000-', 'bytes=150000-'] });
  });
  test('is gone on with after an earlier run', async () => {
    const got = await fetched([], { before: content.slice(0, 123_456) });
    expect(got).toMatchObject({ state: 'new', same: true, ranges: ['bytes=123456-'] });
  });
  test('that is whole already is not sent again', async () => {
    const got = await fetched([], { before: content });
    expect(got).toMatchObject({ state: 'new', same: true, ranges: ['bytes=300000-'] });
  });
  test('begins again where the server knows no ranges', async () => {
    const got = await fetched([{ cut: 100_000 }, { noRanges: true }]);
    expect(got).toMatchObject({ state: 'new', same: true, ranges: [undefined, 'bytes=100000-'] });
  });
  test('begins again when an old part does not belong to it', async () => {
    const got = await fetched([], { before: new Uint8Array(1000) });
    expect(got).toMatchObject({ state: 'new', same: true, ranges: ['bytes=1000-', undefined] });
  });
  test('is asked for again when the server is busy', async () => {
    const got = await fetched([{ status: 503 }, { status: 429 }]);
    expect(got).toMatchObject({ state: 'new', same: true, ranges: [undefined, undefined, undefined] });
  });
  test('is asked for again when nothing comes any more', async () => {
    const got = await fetched([{ silent: true }], { around: { patience: 150 } });
    expect(got).toMatchObject({ state: 'new', same: true });
  });
  test('comes from another address when the first has it not', async () => {
    const got = await fetched([{ status: 404 }], { urls: 2 });
    expect(got).toMatchObject({ state: 'new', same: true });
    expect(got.asked.map((a) => a.url)).toEqual(['/0/a.bin', '/1/a.bin']);
  });
  test('stops when asked to, and keeps what came', async () => {
    const stop = new AbortController();
    const got = await fetched([{ cut: 100_000 }], { around: { signal: stop.signal, progress: () => stop.abort() } });
    expect(got.state).toBe('stopped');
    expect(got.names).toEqual(['a.bin.part']);
    expect(got.part).toBeGreaterThan(0);
  });
});

describe('trouble', () => {
  test('a file that is not there', async () => {
    const got = await fetched([{ status: 404 }]);
    expect(got.state).toContain('E0471: the server answers 404 (Not Found)');
    expect(got.names).toEqual([]);
  });
  test('another file: nothing of it is kept', async () => {
    const got = await fetched([], { file: { ...sourceFile('a.bin', content), md5: '0'.repeat(32) } });
    expect(got.state).toContain(
      `E0473: this is not the file that was published: its MD5 is ${md5(content)}, and should be 0000`,
    );
    expect(got).toMatchObject({ names: [], ranges: [undefined] });
  });
  test('a connection that is cut at the same place each time: what came is kept', async () => {
    const cut = { cut: 1000, noRanges: true };
    const got = await fetched([cut, cut, cut, cut, cut]);
    expect(got.state).toContain('E0472: the download failed 4 times');
    expect(got).toMatchObject({ names: ['a.bin.part'], part: 1000 });
  });
  test('a set of which nothing came leaves no folder', async () => {
    server = await serve({});
    const { url } = server;
    await server.close();
    const source = {
      title: 'Digits',
      folder: 'digits',
      addresses: [url],
      files: [sourceFile('a.bin', content)],
      keep: 'files',
    } as const;
    await inFolder({}, async (folder) => {
      await expect(getSet(quietIo(folder), 'digits', source, 'home', undefined, { pause: 1 })).rejects.toThrow('E0472');
      expect(existsSync(join(folder, 'home/digits'))).toBe(false);
    });
  });
  test('no server', async () => {
    server = await serve({});
    const { url } = server;
    await server.close();
    await inFolder({}, async (folder) => {
      const file = sourceFile('a.bin', content);
      const asked = download(
        { urls: [`${url}/a.bin`], path: join(folder, 'a.bin'), shown: 'a.bin', file },
        { pause: 1 },
      );
      await expect(asked).rejects.toThrow('E0472: the download failed 4 times: the server refuses the connection');
      expect(readdirSync(folder)).toEqual([]);
    });
  });
  test.skipIf(!existsSync('/dev/full'))('a full disk', async () => {
    server = await serve({ 'a.bin': content });
    const { symlinkSync } = await import('node:fs');
    const { url } = server;
    await inFolder({}, async (folder) => {
      symlinkSync('/dev/full', join(folder, 'a.bin.part'));
      const file = sourceFile('a.bin', content);
      const asked = download(
        { urls: [`${url}/a.bin`], path: join(folder, 'a.bin'), shown: 'sets/a.bin', file },
        { pause: 1 },
      );
      await expect(asked).rejects.toThrow('E0405: no space left to write 300000 bytes');
    });
  });
});

/** A tar archive of plain files. */
function tar(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const header = new Uint8Array(512);
    const put = (at: number, text: string): void => header.set(new TextEncoder().encode(text), at);
    put(0, name);
    put(124, `${bytes.length.toString(8).padStart(11, '0')}\0`);
    put(156, '0');
    put(257, 'ustar\x0000');
    const body = new Uint8Array(512 * Math.ceil(bytes.length / 512));
    body.set(bytes);
    return [header, body];
  });
  return new Uint8Array(Buffer.concat([...blocks, new Uint8Array(1024)]));
}

describe('sets', () => {
  test('a bar on a terminal, a line a file elsewhere', async () => {
    const files = [sourceFile('a.bin', content), sourceFile('b.bin', content)];
    server = await serve({ 'a.bin': content, 'b.bin': content });
    const source: Source = { title: 'c', folder: 'c', addresses: [server.url], files, keep: 'files' };
    for (const isTTY of [true, false]) {
      let said = '';
      const stderr = (text: string): void => {
        said += text;
      };
      await inFolder({}, (cwd) => getSet({ ...quietIo(cwd), isTTY, stderr }, 'two', source, 'home', undefined));
      if (isTTY) expect(said).toMatch(/two .*100 % {2}585\.9 KiB of 585\.9 KiB/);
      else expect(said).toMatch(/^ {2}a\.bin {2}293\.0 KiB {2}\d\.\d s\n {2}b\.bin {2}293\.0 KiB {2}\d\.\d s\n$/);
    }
  });

  test('an archive is unpacked, and is there the next time', async () => {
    const inside = { 'd/batch.bin': Uint8Array.of(1, 2, 3), 'd/readme.html': Uint8Array.of(9), 'd/test.bin': content };
    expect([...tarFiles(tar(inside)).keys()]).toEqual(['batch.bin', 'readme.html', 'test.bin']);
    const archive = gzipSync(tar(inside));
    server = await serve({ 'c.tar.gz': archive });
    const { url, asked } = server;
    const source: Source = {
      title: 'c',
      folder: 'c10',
      addresses: [url],
      files: [sourceFile('c.tar.gz', archive)],
      keep: { unpack: ['batch.bin', 'test.bin'] },
    };
    await inFolder({}, async (folder) => {
      const got = await getSet(quietIo(folder), 'c', source, 'home', undefined);
      expect(got.files.map(({ file, state }) => [file, state])).toEqual([
        ['batch.bin', 'new'],
        ['test.bin', 'new'],
      ]);
      expect(readdirSync(join(folder, 'home/c10')).sort()).toEqual(['batch.bin', 'test.bin']);
      expect(Buffer.compare(readFileSync(join(folder, 'home/c10/test.bin')), content)).toBe(0);
      const again = await getSet(quietIo(folder), 'c', source, 'home', undefined);
      expect([again.files.map(({ state }) => state), asked.length]).toEqual([['there', 'there'], 1]);
      const lacks: Source = { ...source, folder: 'other', keep: { unpack: ['batch.bin', 'batch_2.bin'] } };
      await expect(getSet(quietIo(folder), 'c', lacks, 'home', undefined)).rejects.toThrow('E0476');
    });
  });

  const dataFolder = needData('mnist');
  test.skipIf(dataFolder === undefined)(
    'MNIST and digits as published, into the cache, found by name',
    { timeout: 30_000 },
    async () => {
      const folder = dataFolder as string;
      const names = readdirSync(join(folder, 'mnist'));
      const { gunzipSync } = await import('node:zlib');
      const digits = gunzipSync(readFileSync(join(folder, 'digits/digits.csv.gz')));
      server = await serve({
        ...Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, 'mnist', name))])),
        'optdigits.tes': digits,
      });
      server.manners = [{ cut: 5_000_000 }];
      const { url, asked } = server;
      await inFolder({}, async (home) => {
        const env = { XDG_CACHE_HOME: home };
        const before = await runCnnc(['data', 'show', 'mnist'], home, { env });
        expect(before.stderr).toContain('cnnc data get mnist');
        const ran = await runCnnc(['data', 'get', 'mnist', 'digits', '--from', url, '--json'], home, { env });
        expect(faults('data.json#/$defs/got', JSON.parse(ran.stdout.trimEnd().split('\n').at(-1) ?? ''))).toEqual([]);
        expect(ran.stderr).toContain('train-images-idx3-ubyte.gz  9.5 MiB');
        const said = JSON.parse(ran.stdout);
        expect(said).toMatchObject({ ok: true, home: join(home, 'cnnc/data') });
        expect(said.sets.map((s: { files: unknown[] }) => s.files.length)).toEqual([4, 1]);
        expect(asked.filter((a) => a.range !== undefined).map((a) => a.url)).toEqual(['/train-images-idx3-ubyte.gz']);
        const again = await runCnnc(['data', 'get', 'mnist'], home, { env });
        expect([again.code, again.stdout]).toEqual([0, `mnist: is there already: ${join(home, 'cnnc/data/mnist')}\n`]);
        const shown = await runCnnc(['data', 'show', 'digits', '--json'], home, { env });
        expect(JSON.parse(shown.stdout)).toMatchObject({ parted: true, train: { count: 1437 }, test: { count: 360 } });
        const mnist = JSON.parse(
          (await runCnnc(['data', 'show', 'mnist', '--json', '--split', 'test'], home, { env })).stdout,
        );
        expect(mnist.test.classes.map((c: { count: number }) => c.count)).toEqual([
          980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
        ]);
      });
    },
  );

  test('the published checksums are of their length, and files are told apart', () => {
    const files = Object.values(sources).flatMap((source) => source.files);
    for (const { md5: m, sha256 } of files) {
      expect(m ?? '0'.repeat(32)).toMatch(/^[0-9a-f]{32}$/);
      expect(sha256 ?? '0'.repeat(64)).toMatch(/^[0-9a-f]{64}$/);
      expect(m ?? sha256).toBeDefined();
    }
    expect(new Set(files.map(({ md5: m, sha256 }) => m ?? sha256)).size).toBe(files.length);
  });
  test.skipIf(dataFolder === undefined)('the files that are here have the checksums', { timeout: 30_000 }, async () => {
    const { difference } = await import('../../src/cli/sets/download.ts');
    for (const name of ['mnist', 'fashion']) {
      const { folder, files } = sources[name] as Source;
      for (const file of files)
        expect(await difference(join(dataFolder as string, folder, file.name), file)).toBeUndefined();
    }
  });
});
