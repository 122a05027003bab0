// Messages about downloading data sets: E0470 to E0476.
import { entry } from '../entry.ts';
import { listOf, nearest } from '../suggest.ts';

export const unknownDownload = entry('E0470', (name: string, names: readonly string[]) => {
  const near = nearest(name, names);
  return {
    message: `there is no set "${name}" to download`,
    help: [...(near === undefined ? [] : [`did you mean "${near}"?`]), `the sets: ${listOf(names, 'and')}`],
  };
});

export const httpStatus = entry('E0471', (url: string, status: number, words: string) => ({
  message: `the server answers ${status}${words === '' ? '' : ` (${words})`} instead of the file`,
  file: url,
  help: [
    status === 404 || status === 410
      ? 'the file is not there any more: give the address of a folder that has it with --from URL'
      : 'try again later, or give the address of a copy with --from URL',
  ],
}));

/** `have` and `all` are bytes; `all` is undefined where nothing was said of it. */
export const downloadFailed = entry(
  'E0472',
  (url: string, reason: string, have: number, tries: number, proxy: string | undefined) => ({
    message: `the download failed ${tries} times: ${reason}`,
    file: url,
    help: [
      have > 0
        ? `${have} bytes are kept: the same command goes on from there`
        : 'nothing came: check the network, or try again later; the set "drawn" needs no download',
      ...(proxy === undefined
        ? []
        : [`${proxy} is set: Node uses a proxy with NODE_USE_ENV_PROXY=1, from version 22.21 or 24.5 on`]),
      'where there is a copy of the files: --from URL, or CNNC_DATA=DIR for a folder',
    ],
  }),
);

export const wrongChecksum = entry(
  'E0473',
  (url: string, kind: string, found: string, wanted: string, bytes: number, wantedBytes: number, type: string) => ({
    message: `this is not the file that was published: its ${kind} is ${found}, and should be ${wanted}`,
    file: url,
    help: [
      bytes === wantedBytes
        ? `it has the right length of ${bytes} bytes, so it was damaged or changed on its way: try again`
        : `it has ${bytes} bytes, and should have ${wantedBytes}${type.includes('html') ? '; the server sent a web page: does this network ask for a login?' : ''}`,
      'nothing was kept of it; with --from URL it comes from another address',
    ],
  }),
);

export const noCacheFolder = entry('E0474', () => ({
  message: 'there is no folder for data sets: neither CNNC_DATA nor XDG_CACHE_HOME nor HOME is set',
  help: ['say where they go: cnnc data get mnist --to DIR'],
}));

export const badAddress = entry('E0475', (url: string) => ({
  message: `"${url}" is no address of a folder of files`,
  help: ['it looks like https://example.org/mnist or http://127.0.0.1:8000'],
}));

export const archiveLacks = entry('E0476', (file: string, lacks: readonly string[]) => ({
  message: `the archive lacks ${listOf(lacks, 'and')}`,
  file,
  help: ['it is not the one that was published: get it again'],
}));
