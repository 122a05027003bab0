// Messages about adapters and devices: E0601 to E0699, N0601.
import { entry } from '../entry.ts';

const number = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
const onReference = 'or compute without one, slowly: --device reference';

/** `remedy`: how this system gets an adapter. */
export const noAdapter = entry('E0601', (remedy: readonly string[]) => ({
  message: 'no WebGPU adapter: neither a graphics card nor a software adapter can be used on this machine',
  help: [...remedy, onReference, 'more about this machine: cnnc doctor'],
}));

export const adapterNotFound = entry('E0602', (wanted: string, available: readonly string[]) => ({
  message:
    wanted === 'hardware' || wanted === 'software'
      ? `no ${wanted} adapter on this machine`
      : `no adapter on this machine has "${wanted}" in its name`,
  help: [`there is: ${available.join('; ')}`, 'leave --device out to take the best there is'],
}));

export const deviceLost = entry('E0603', (adapter: string, reason: string) => ({
  message: `the device was lost while it was computing: ${reason}`,
  help: [
    `the driver of "${adapter}" gave up: usually too little memory, or one step that takes longer than it allows`,
    'try a smaller --batch, or another adapter with --device',
  ],
}));

/** `needs` names what is too large: `the arena of train at batch 512`. `unit` as in "bytes", or "" for counts. */
export const planTooLarge = entry(
  'E0604',
  (
    model: string,
    needs: string,
    limit: string,
    needed: number,
    available: number,
    unit: string,
    adapter: string,
    largestBatch: number | undefined,
  ) => ({
    message: `the plan of ${model} is too large for this adapter: ${number(needed)}${unit && ` ${unit}`} for ${needs}, where ${limit} is ${number(available)}`,
    help: [
      `the limit is that of "${adapter}"; cnnc doctor shows them all`,
      largestBatch === undefined || largestBatch < 1
        ? 'a smaller batch does not help here: the model itself is too large for the adapter'
        : `compile for a smaller batch: --batch ${largestBatch} fits`,
    ],
  }),
);

export const outOfMemory = entry('E0605', (adapter: string, bytes: number) => ({
  message: `the device has no room for ${number(bytes)} bytes`,
  help: [
    `"${adapter}" refused the allocation: other programs may hold its memory`,
    'try a smaller --batch, or a part of the data',
  ],
}));

export const noBinding = entry('E0606', (reason: string, platform: string) => ({
  message: `the WebGPU implementation (package webgpu) cannot be loaded: ${reason}`,
  help: [
    'install the dependencies again: npm ci',
    `it exists for Linux (x64 and arm64, glibc 2.35 or newer), macOS and Windows; this is ${platform}`,
    onReference,
  ],
}));

export const noDevice = entry('E0607', (reason: string) => ({
  message: `the adapter gives no device: ${reason}`,
  help: ['another program may hold it: try again, or another adapter with --device', onReference],
}));

/** `remedy`: how this system gets an adapter. */
export const onTheReference = entry('N0601', (remedy: readonly string[]) => ({
  message: 'computing on the reference interpreter: exact and slow, one core, no WebGPU',
  help: remedy,
}));
