// Tar archives (POSIX ustar), as far as downloads need them: the plain files in them.

const block = 512;

/** The plain files by the last part of their names; contents are views of `bytes`. Stops at what is no header. */
export function tarFiles(bytes: Uint8Array): Map<string, Uint8Array> {
  const out = new Map<string, Uint8Array>();
  const text = (at: number, length: number): string => {
    const raw = bytes.subarray(at, at + length);
    const end = raw.indexOf(0);
    return new TextDecoder().decode(end < 0 ? raw : raw.subarray(0, end));
  };
  for (let at = 0; at + block <= bytes.length; ) {
    const name = text(at, 100);
    const size = Number.parseInt(text(at + 124, 12), 8);
    if (name === '' || Number.isNaN(size)) break;
    const kind = bytes[at + 156];
    const start = at + block;
    // '0' or nothing: a plain file.
    if (kind === 48 || kind === 0) out.set(name.slice(name.lastIndexOf('/') + 1), bytes.subarray(start, start + size));
    at = start + block * Math.ceil(size / block);
  }
  return out;
}
