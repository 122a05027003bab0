// Reads the files that a model imports: paths begin at the folder of the importing file.
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import type { Source } from '../diagnostics/index.ts';
import type { ReadSource } from '../link.ts';

/** A path that a file names, as seen from the working folder: what `from.file` is. */
export const besideFile = (path: string, from: Source): string =>
  isAbsolute(path) ? path : normalize(join(dirname(from.file), path));

/** A reader for files of this machine; `cwd` is what paths of model files begin at. */
export const importReader =
  (cwd: string): ReadSource =>
  (path, from) => {
    const file = besideFile(path, from);
    try {
      return { file, text: new TextDecoder().decode(readFileSync(resolve(cwd, file))) };
    } catch {
      return undefined;
    }
  };
