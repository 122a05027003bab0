// Messages about safetensors files: E0501 to E0505.
import { entry } from '../entry.ts';

export const tensorsTruncated = entry('E0501', (file: string, what: string, needed: number, found: number) => ({
  message: `the safetensors file is cut short: ${what} ${needed} bytes, but the file has ${found}`,
  file,
  help: ['get or save the file again; if it is not a safetensors file, convert it first'],
}));

export const tensorsHeader = entry('E0502', (file: string, reason: string) => ({
  message: `this is not a safetensors file: ${reason}`,
  file,
  help: ['weights are read from safetensors files, such as `cnnc train` writes'],
}));

export const tensorEntry = entry('E0503', (file: string, name: string, reason: string) => ({
  message: `the tensor "${name}" in the safetensors file is not valid: ${reason}`,
  file,
  help: ['the program that wrote the file made a mistake, or the file is damaged'],
}));

export const tensorsOverlap = entry('E0504', (file: string, a: string, aEnd: number, b: string, bStart: number) => ({
  message: `the tensors "${a}" and "${b}" share bytes: the first ends at ${aEnd}, the second starts at ${bStart}`,
  file,
  help: ['the program that wrote the file made a mistake, or the file is damaged'],
}));

export const tensorsHole = entry('E0505', (file: string, from: number, to: number) => ({
  message: `bytes ${from} to ${to} of the data belong to no tensor`,
  file,
  help: ['a safetensors file has no unused bytes: it was written wrongly, or something was added to its end'],
}));
