// Messages about the playground: E0840 to E0859.
import { entry } from '../entry.ts';

export const portTaken = entry('E0840', (port: number, free: number | undefined) => ({
  message: `port ${port} is taken by another program`,
  help: [
    free === undefined ? 'name another one: --port N' : `this one is free: cnnc play --port ${free}`,
    'or leave --port out, and a free one is found',
  ],
}));

export const portRefused = entry('E0841', (port: number, reason: string) => ({
  message: `the playground cannot be served on port ${port}: ${reason}`,
  help: ['ports below 1024 are reserved on many systems: take a higher one, such as --port 4180'],
}));
