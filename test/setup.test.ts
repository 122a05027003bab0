// The set-up's pure parts: what a system is, where its packages come from, and what has to be installed.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findBrowser } from '../scripts/lib/browser.mjs';
import { upToDate } from '../scripts/lib/dependencies.mjs';
import {
  adapterRemedy,
  backportsEntry,
  backportsFile,
  browserRemedy,
  mesaTooOld,
  parseAptSources,
  parseOsRelease,
} from '../scripts/lib/system.mjs';
import { thisSystem } from '../scripts/lib/this-system.mjs';

const bookworm =
  'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n';
const deb822 = `# a mirror of our own
Types: deb
# between two fields
URIs: https://mirror.example.org/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: https://mirror.example.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Enabled: no
Types: deb
URIs: https://mirror.example.org/debian
Suites: bookworm-backports
Components: main
`;
const oneLine = `deb [arch=amd64 signed-by=/etc/apt/keyrings/our.gpg] http://mirror.example.org/debian bookworm main # ours
#deb http://mirror.example.org/debian bookworm-backports main
deb-src http://mirror.example.org/debian bookworm main
`;
const inlineKey = `Types: deb
URIs: http://mirror.example.org/debian/
Suites: bookworm
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
`;

describe('what a system is', () => {
  test('os-release', () => {
    expect(parseOsRelease(bookworm)).toEqual({
      id: 'debian',
      like: [],
      version: '12',
      codename: 'bookworm',
      name: 'Debian GNU/Linux 12 (bookworm)',
    });
    expect(parseOsRelease('ID=pop\nID_LIKE="ubuntu debian"\n').like).toEqual(['ubuntu', 'debian']);
    expect(parseOsRelease('').id).toBe('linux');
  });

  test('apt sources of both forms', () => {
    const [first, ...rest] = parseAptSources('debian.sources', deb822);
    expect(first).toEqual({
      types: ['deb'],
      uris: ['https://mirror.example.org/debian'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main', 'contrib'],
      signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
    });
    expect(rest.map(({ suites }) => suites)).toEqual([['bookworm-security']]);
    const lines = parseAptSources('/etc/apt/sources.list', oneLine);
    expect(lines.map(({ types, suites, signedBy }) => [types, suites, signedBy])).toEqual([
      [['deb'], ['bookworm'], '/etc/apt/keyrings/our.gpg'],
      [['deb-src'], ['bookworm'], undefined],
    ]);
  });

  test('is read from the files of a machine', () => {
    const machine = mkdtempSync(join(tmpdir(), 'cnnc-system-'));
    try {
      const files = {
        'etc/os-release': bookworm,
        'etc/apt/sources.list': '# moved\n',
        'etc/apt/sources.list.d/debian.sources': deb822,
        'etc/apt/sources.list.d/other.list': oneLine,
        'etc/apt/sources.list.d/note.txt': oneLine,
      };
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(machine, name)), { recursive: true });
        writeFileSync(join(machine, name), text);
      }
      const system = thisSystem(machine, 'linux');
      expect([system.os.id, system.aptEntries.length]).toEqual(['debian', 4]);
      expect(thisSystem(join(machine, 'nowhere'), 'linux').aptEntries).toEqual([]);
    } finally {
      rmSync(machine, { recursive: true });
    }
  });
});

describe('the entry for backports', () => {
  test("takes the machine's own mirror and key", () => {
    expect(
      backportsEntry('bookworm', parseAptSources('debian.sources', deb822)),
    ).toBe(`# Added by the set-up of cnnc: Mesa new enough for WebGPU.
Types: deb
URIs: https://mirror.example.org/debian
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`);
    const fromLine = backportsEntry('bookworm', parseAptSources('sources.list', oneLine)) ?? '';
    expect(fromLine).toContain('Signed-By: /etc/apt/keyrings/our.gpg');
    const [round] = parseAptSources('x.sources', fromLine);
    expect([round?.uris, round?.suites]).toEqual([['http://mirror.example.org/debian'], ['bookworm-backports']]);
  });

  test('keeps a key that is written out', () => {
    const text = backportsEntry('bookworm', parseAptSources('debian.sources', inlineKey)) ?? '';
    expect(text).toContain('Signed-By: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n -----END');
  });

  test('is not made twice, nor without a mirror', () => {
    const made = backportsEntry('bookworm', parseAptSources('debian.sources', deb822)) ?? '';
    const both = [...parseAptSources('a.sources', deb822), ...parseAptSources('b.sources', made)];
    expect(backportsEntry('bookworm', both)).toBe(undefined);
    expect(backportsEntry('bookworm', [])).toBe(undefined);
  });
});

describe('what has to be installed', () => {
  const remedy = (os: string, aptEntries = parseAptSources('debian.sources', deb822), platform = 'linux') =>
    adapterRemedy({ platform, os: parseOsRelease(os), aptEntries });
  const commands = (os: string) =>
    remedy(os).steps.map((step) => (step.write === undefined ? step.command.join(' ') : `write ${step.write}`));

  test('Debian 12: from backports, whose entry is added once', () => {
    expect(commands(bookworm)).toEqual([
      `write ${backportsFile}`,
      'apt-get update -o DPkg::Lock::Timeout=120',
      'apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 -t bookworm-backports mesa-vulkan-drivers libvulkan1',
    ]);
    const made = backportsEntry('bookworm', parseAptSources('debian.sources', deb822)) ?? '';
    const steps = remedy(bookworm, parseAptSources('b.sources', made)).steps;
    expect(steps.map((step) => step.write)).toEqual([undefined, undefined]);
    const unknown = remedy(bookworm, []);
    expect([unknown.steps, unknown.explain[0]]).toEqual([[], expect.stringContaining('bookworm-backports')]);
  });

  test('Debian 13, Ubuntu and their relatives: from where they get everything', () => {
    for (const os of [
      'ID=debian\nVERSION_ID="13"',
      'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"',
      'ID=pop\nID_LIKE="ubuntu debian"',
    ]) {
      expect(commands(os)).toEqual([
        'apt-get update -o DPkg::Lock::Timeout=120',
        'apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 mesa-vulkan-drivers libvulkan1',
      ]);
    }
  });

  test('the words for people can be pasted into a shell', () => {
    expect(remedy('ID=debian\nVERSION_ID="13"').explain).toEqual([
      'sudo apt-get update',
      'sudo apt-get install -y --no-install-recommends mesa-vulkan-drivers libvulkan1',
    ]);
    expect(remedy(bookworm).explain[0]).toMatch(/^printf '.*' \| sudo tee \/etc\/apt\/sources\.list\.d\//);
  });

  test('others are told what to do', () => {
    const words = ['ID=fedora', 'ID=arch', 'ID=opensuse-leap\nID_LIKE="suse opensuse"', 'ID=alpine', 'ID=nixos'].map(
      (os) => remedy(os),
    );
    for (const { steps, explain } of words) expect([steps.length, explain.length]).toEqual([0, 1]);
    expect(words[0]?.explain[0]).toContain('dnf install mesa-vulkan-drivers');
    expect(words[1]?.explain[0]).toContain('pacman -S vulkan-swrast');
  });

  test('Mesa 22 is too old', () => {
    expect(
      ['22.3.6-1+deb12u1', '23.0.4-0ubuntu1~22.04.1', '23.2.1-1', '25.0.7-2~bpo12+1', 'x'].map(mesaTooOld),
    ).toEqual([true, false, false, false, false]);
  });
});

test('dependencies are up to date when each is there with the version of the lock file', () => {
  const lock = { packages: { '': {}, a: { version: '1.0.0' }, b: { version: '2.0.0', optional: true } } };
  expect(upToDate(lock, undefined)).toBe(false);
  expect(upToDate(lock, { packages: { a: { version: '1.0.0' } } })).toBe(true);
  expect(upToDate(lock, { packages: { a: { version: '1.0.1' } } })).toBe(false);
  expect(upToDate(lock, { packages: { b: { version: '2.0.0' } } })).toBe(false);
});

describe('the browser', () => {
  const remedy = (os: string, platform = 'linux') => browserRemedy({ platform, os: parseOsRelease(os) });

  test('comes from the sources of Debian, and is asked for elsewhere', () => {
    expect(
      remedy(bookworm).steps.map((step) => (step.write === undefined ? step.command.join(' ') : step.write)),
    ).toEqual([
      'apt-get update -o DPkg::Lock::Timeout=120',
      'apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 chromium',
    ]);
    for (const os of ['ID=ubuntu\nID_LIKE=debian', 'ID=fedora', 'ID=arch', 'ID=nixos', '']) {
      const { steps, explain } = remedy(os);
      expect([steps, explain.join()]).toEqual([[], expect.stringContaining('CHROMIUM_PATH')]);
    }
    expect(remedy('', 'darwin').steps).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')('is the one that is named, or the first that runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cnnc-browser-'));
    const before = { ...process.env };
    const program = (name: string, text: string): string => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, name), 0o755);
      return join(folder, name);
    };
    try {
      process.env.PATH = folder;
      delete process.env.CHROMIUM_PATH;
      if (process.platform === 'linux') {
        expect(await findBrowser()).toEqual({ error: 'neither Chromium nor Chrome is on PATH' });
      }
      program('chromium', 'echo broken >&2; exit 3');
      const path = program('google-chrome', 'echo Browser 1.2');
      expect(await findBrowser()).toEqual({ path, name: 'Browser 1.2' });
      process.env.CHROMIUM_PATH = join(folder, 'chromium');
      expect(await findBrowser()).toEqual({ error: `${join(folder, 'chromium')} does not run: broken` });
    } finally {
      process.env = before;
      rmSync(folder, { recursive: true });
    }
  });
});
