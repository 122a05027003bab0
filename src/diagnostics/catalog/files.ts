// Messages about reading and writing files: E0401 to E0409.
import { entry } from '../entry.ts';

export const noSuchFile = entry('E0401', (file: string, what: 'file' | 'folder', help: readonly string[]) => ({
  message: `no such ${what}`,
  file,
  help,
}));

export const isFolder = entry('E0402', (file: string, help: readonly string[]) => ({
  message: 'this is a folder, and a file is needed',
  file,
  help,
}));

export const notAFolder = entry('E0403', (file: string, help: readonly string[]) => ({
  message: 'this is a file, and a folder is needed',
  file,
  help,
}));

export const noPermission = entry('E0404', (file: string, doing: 'read' | 'written') => ({
  message: `the file may not be ${doing} (permission denied)`,
  file,
  help: [doing === 'read' ? 'give yourself the right to read it: chmod u+r' : 'choose a folder that you may write to'],
}));

export const diskFull = entry('E0405', (file: string, bytes: number) => ({
  message: `no space left to write ${bytes} bytes`,
  file,
  help: ['free some space or choose another disk; what stood there before is unchanged'],
}));

export const readOnlyDisk = entry('E0406', (file: string) => ({
  message: 'the file system is read-only',
  file,
  help: ['choose a folder on another file system'],
}));

export const noFolderToWrite = entry('E0407', (file: string, folder: string) => ({
  message: `cannot write the file: the folder "${folder}" does not exist`,
  file,
  help: [`make it first: mkdir -p ${folder}`],
}));

/** What has no message of its own: the system's code and words. */
export const fileTrouble = entry('E0408', (file: string, doing: 'read' | 'written', reason: string) => ({
  message: `the file cannot be ${doing}: ${reason}`,
  file,
  help: ['this is what the operating system answered; check the disk and the path'],
}));

export const emptyFile = entry('E0409', (file: string) => ({
  message: 'the file is empty (0 bytes)',
  file,
  help: ['the download or the copy that made it failed: get it again'],
}));
